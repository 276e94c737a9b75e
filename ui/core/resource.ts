// Data of an API that a view shows and keeps fresh.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { messageOf } from "../api/http.ts";

export interface Resource<T> {
  /** Undefined until the first answer. */
  data: T | undefined;
  /** Why the latest request failed; `data` is then what came before it. */
  error: string | null;
  /** Asks again now. */
  reload(): void;
}

export interface ResourceOptions<T> {
  /** How often to ask again; Horizon's tables ask every 30 s. Null: never. */
  everyMs?: number | null;
  /** While this holds of the data, it is asked for more often: something is on its way. */
  changing?: (data: T) => boolean;
}

/** At first, twice as long each time, at most. */
const CHANGING_MS = { first: 250, most: 2000 };
/** How soon after a failure: a service that was stopped may be there again. */
const FAILED_MS = 5000;
const DEFAULT_MS = 30_000;

/** @param inputs what `load` depends on; when one changes, the old data is dropped */
export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
  { everyMs = DEFAULT_MS, changing }: ResourceOptions<T> = {},
): Resource<T> {
  const [state, setState] = useState<{ data: T | undefined; error: string | null }>({
    data: undefined,
    error: null,
  });
  const again = useRef<() => void>(() => {});
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let abort = new AbortController();
    let live = true;
    let changingMs = CHANGING_MS.first;
    setState({ data: undefined, error: null });
    const ask = async () => {
      clearTimeout(timer);
      abort.abort();
      abort = new AbortController();
      const { signal } = abort;
      let delayMs = everyMs;
      try {
        const data = await load(signal);
        if (signal.aborted) return;
        setState({ data, error: null });
        if (changing?.(data)) {
          delayMs = changingMs;
          changingMs = Math.min(changingMs * 2, CHANGING_MS.most);
        } else {
          changingMs = CHANGING_MS.first;
        }
      } catch (error) {
        if (signal.aborted) return;
        setState(({ data }) => ({ data, error: messageOf(error) }));
        delayMs = FAILED_MS;
      }
      if (live && delayMs !== null) timer = setTimeout(tick, delayMs);
    };
    const tick = () => {
      if (!document.hidden) void ask(); // else when it is looked at again
    };
    const onVisible = () => {
      if (!document.hidden) void ask();
    };
    again.current = () => void ask();
    document.addEventListener("visibilitychange", onVisible);
    void ask();
    return () => {
      live = false;
      clearTimeout(timer);
      abort.abort();
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, inputs);
  const reload = useCallback(() => again.current(), []);
  return { ...state, reload };
}
