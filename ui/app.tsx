// Signed in or not, and which page.

import { useEffect, useState } from "preact/hooks";
import { messageOf } from "./api/http.ts";
import { followLink, match, navigate, type Place, place } from "./core/router.ts";
import { loadSession, session } from "./core/session.ts";
import { useStore } from "./core/store.ts";
import { Layout } from "./layout/layout.tsx";
import { LoginPage } from "./pages/login.tsx";
import { NotFoundPage } from "./pages/not-found.tsx";
import { DialogHost } from "./parts/dialog.tsx";
import { Flashes } from "./parts/flashes.tsx";
import { allowed, HOME, LOGIN, type PageRoute, routes } from "./routes.tsx";

export function App() {
  const who = useStore(session);
  const at = useStore(place);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const load = () =>
      loadSession().then(
        () => setFailure(null),
        (error: unknown) => setFailure(messageOf(error)),
      );
    void load();
    document.addEventListener("click", followLink);
    // Another tab may have switched the project or signed out.
    const onVisible = () => {
      if (!document.hidden && session.get()) void load();
    };
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      document.removeEventListener("click", followLink);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, []);
  useEffect(() => {
    if (who === null && at.path !== LOGIN) navigate(loginAddress(at), "replace");
    else if (who && (at.path === LOGIN || at.path === "/")) navigate(afterLogin(at), "replace");
  }, [who, at]);

  useEffect(() => document.getElementById("main")?.scrollTo(0, 0), [at.path]);

  if (who === undefined) return failure ? <Failure text={failure} /> : null;
  if (who === null) return at.path === LOGIN ? <LoginPage /> : null;
  const found = find(at.path);
  const page = found && allowed(found.route, who) ? found.route.draw(found.parameters) : <NotFoundPage />;
  return (
    <>
      <Layout>
        {/* Another project, other data: everything is drawn anew. */}
        <div class="outlet" key={`${who.project.id} ${at.path}`}>
          {page}
        </div>
      </Layout>
      <DialogHost />
      <Flashes />
    </>
  );
}

function find(path: string): { route: PageRoute; parameters: Record<string, string> } | null {
  for (const route of routes) {
    const parameters = match(route.path, path);
    if (parameters) return { route, parameters };
  }
  return null;
}

function loginAddress({ path, query }: Place): string {
  if (path === "/") return LOGIN;
  const text = query.toString();
  return `${LOGIN}?next=${encodeURIComponent(text === "" ? path : `${path}?${text}`)}`;
}

/** Only a path of ours: it has come through the address. */
function afterLogin({ query }: Place): string {
  const next = query.get("next");
  return next && /^\/(?!\/)/.test(next) && !next.startsWith(LOGIN) ? next : HOME;
}

function Failure({ text }: { text: string }) {
  return (
    <main class="login">
      <div class="card">
        <h1>The cloud does not answer</h1>
        <p>{text}</p>
        <button type="button" class="button primary" onClick={() => location.reload()}>
          Try again
        </button>
      </div>
    </main>
  );
}
