// The log of a window as it is written, as in DevStack's screen; or the way of one request through all of them.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { followLogs, type LogLine } from "../../api/dashboard.ts";
import { messageOf } from "../../api/http.ts";
import { place, setQuery } from "../../core/router.ts";
import { useStore } from "../../core/store.ts";
import { useWindows } from "../../layout/windows.ts";
import { Page } from "../../parts/page.tsx";
import { isAtLeast, LEVELS, LogRow } from "./log-row.tsx";

const MAX_LINES = 3000;
/** How much of the scrollback to begin with. */
const TAIL = 1000;
const RETRY_MS = 2000;

export function LogsPage() {
  const { query } = useStore(place);
  const request = query.get("request");
  const windows = (useWindows().data?.services ?? []).map(({ window }) => window);
  const asked = query.get("window");
  const window = request ? null : (asked ?? windows[0] ?? null);
  const level = query.get("level") ?? "DEBUG";
  const [filter, setFilter] = useState("");
  const ready = request !== null || window !== null;
  const { lines, problem } = useLog(ready, window === "all" ? null : window, request);
  const shown = useMemo(() => {
    const wanted = filter.toLowerCase();
    return lines.filter((line) => isAtLeast(line, level) && line.text.toLowerCase().includes(wanted));
  }, [lines, filter, level]);

  return (
    <Page title="Logs" full>
      <div class="toolbar">
        {request ? (
          <span class="chip">
            Request <code>{request}</code>
            <button
              type="button"
              class="button quiet icon"
              aria-label="Leave this request"
              onClick={() => setQuery({ request: null })}
            >
              <span aria-hidden="true">×</span>
            </button>
          </span>
        ) : (
          <label>
            <span class="hidden">Window</span>
            <select
              value={window ?? ""}
              onChange={(event) => setQuery({ window: event.currentTarget.value })}
            >
              <option value="all">All windows</option>
              <option value="stack">stack</option>
              {windows.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <label>
          <span class="hidden">Least level</span>
          <select value={level} onChange={(event) => setQuery({ level: event.currentTarget.value })}>
            {LEVELS.map((name) => (
              <option key={name} value={name}>
                {name === "DEBUG" ? "Every level" : `From ${name}`}
              </option>
            ))}
          </select>
        </label>
        <input
          type="search"
          class="filter"
          placeholder="Filter"
          aria-label="Filter lines"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="spring" />
        <span class="muted" role="status">
          {problem ?? `${shown.length} lines`}
        </span>
      </div>
      <LogPane lines={shown} withWindow={window === "all" || request !== null} />
    </Page>
  );
}

function LogPane({ lines, withWindow }: { lines: LogLine[]; withWindow: boolean }) {
  const pane = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const toEnd = () => {
    if (pane.current) pane.current.scrollTop = pane.current.scrollHeight;
  };
  useEffect(() => {
    if (following) toEnd();
  }, [lines, following]);
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = pane.current!;
    setFollowing(scrollHeight - scrollTop - clientHeight < 24);
  };
  return (
    <div class="log-frame">
      <div
        ref={pane}
        class="log"
        role="log"
        aria-label="Log lines"
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by the keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        {lines.map((line) => (
          <LogRow key={line.serial} line={line} withWindow={withWindow} />
        ))}
        {lines.length === 0 && <p class="waiting">Waiting for lines…</p>}
      </div>
      {!following && (
        <button type="button" class="button to-end" onClick={() => setFollowing(true)}>
          Follow ↓
        </button>
      )}
    </div>
  );
}

/** Lines as they come, a redraw per frame at most; asks again when the connection is cut. */
function useLog(ready: boolean, window: string | null, request: string | null) {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setLines([]);
    if (!ready) return;
    const abort = new AbortController();
    let kept: LogLine[] = [];
    let frame = 0;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      frame = 0;
      setLines(kept);
    };
    const take = (fresh: LogLine[]) => {
      const last = kept.at(-1)?.serial ?? 0;
      kept = [...kept, ...fresh.filter(({ serial }) => serial > last)].slice(-MAX_LINES);
      setProblem(null);
      frame ||= requestAnimationFrame(draw);
    };
    const follow = async () => {
      const reason = await followLogs({ window, request, tail: TAIL }, take, abort.signal).then(
        () => "The connection has ended.",
        messageOf,
      );
      if (abort.signal.aborted) return;
      setProblem(`${reason} Trying again…`);
      // After a restart of the cloud serials begin anew.
      retry = setTimeout(() => {
        kept = [];
        void follow();
      }, RETRY_MS);
    };
    void follow();
    return () => {
      abort.abort();
      clearTimeout(retry);
      cancelAnimationFrame(frame);
    };
  }, [ready, window, request]);
  return { lines, problem };
}
