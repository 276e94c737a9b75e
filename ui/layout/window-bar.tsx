// The line below: the cloud's windows as GNU screen lists them, `1$ key* 2$ g-api 3!$ n-sch`. `*` marks the one whose log
// is open, `!` one that does not run.

import { href, place } from "../core/router.ts";
import { useStore } from "../core/store.ts";
import { useWindows } from "./windows.ts";

export function WindowBar() {
  const windows = useWindows();
  const { path, query } = useStore(place);
  const open = path === "/admin/logs" ? query.get("window") : null;
  return (
    <nav class="window-bar" aria-label="Windows">
      <ul>
        {(windows.data?.services ?? []).map(({ window, state }, i) => {
          const runs = state === "running";
          const current = window === open;
          return (
            <li key={window}>
              <a
                href={href(`/admin/logs?window=${encodeURIComponent(window)}`)}
                class={runs ? "" : "alert"}
                aria-current={current ? "page" : undefined}
                title={`${window}: ${state}`}
              >
                {i + 1}
                {runs ? "" : "!"}$ {window}
                {current ? "*" : ""}
                {!runs && <span class="hidden"> ({state})</span>}
              </a>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
