// What is around every page: the bar above, the navigation, the windows below.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { place } from "../core/router.ts";
import { useSession } from "../core/session.ts";
import { useStore } from "../core/store.ts";
import { Navigation } from "./navigation.tsx";
import { TopBar } from "./top-bar.tsx";
import { WindowBar } from "./window-bar.tsx";

export function Layout({ children }: { children: ComponentChildren }) {
  const { isAdmin } = useSession();
  const { path } = useStore(place);
  const [navOpen, setNavOpen] = useState(false);
  useEffect(() => setNavOpen(false), [path]);
  return (
    <div class="layout">
      <a class="skip" href="#main">
        Skip to content
      </a>
      <TopBar navOpen={navOpen} onToggleNav={() => setNavOpen(!navOpen)} />
      <Navigation open={navOpen} onClose={() => setNavOpen(false)} />
      <main id="main">{children}</main>
      {isAdmin && <WindowBar />}
    </div>
  );
}
