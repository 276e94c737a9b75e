// The pages by group. Beside the page where there is room, else a drawer over it.

import { useEffect } from "preact/hooks";
import { href, place } from "../core/router.ts";
import { useSession } from "../core/session.ts";
import { useStore } from "../core/store.ts";
import { allowed, type PageRoute, routes } from "../routes.tsx";

export function Navigation({ open, onClose }: { open: boolean; onClose(): void }) {
  const session = useSession();
  const { path } = useStore(place);
  const shown = routes.filter((route) => route.nav && allowed(route, session));
  const groups = Map.groupBy(shown, ({ nav }) => nav!.group);
  const current = currentOf(shown, path);
  useEffect(() => {
    if (!open) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape") onClose();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [open]);
  return (
    <>
      {open && <button type="button" class="curtain" aria-label="Close navigation" onClick={onClose} />}
      <nav id="navigation" class={open ? "pages open" : "pages"} aria-label="Pages">
        {[...groups].map(([group, pages]) => (
          <section key={group}>
            <h2>{group}</h2>
            <ul>
              {pages.map((page) => (
                <li key={page.path}>
                  <a href={href(page.path)} aria-current={page === current ? "page" : undefined}>
                    {page.nav!.label}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </nav>
    </>
  );
}

/** The page itself, or the one it was reached from: the longest address that leads to it. */
function currentOf(pages: readonly PageRoute[], path: string): PageRoute | undefined {
  return pages
    .filter((page) => path === page.path || path.startsWith(`${page.path}/`))
    .sort((a, b) => b.path.length - a.path.length)[0];
}
