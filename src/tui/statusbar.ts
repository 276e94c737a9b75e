// GNU screen's last line as DevStack sets it up: `0$ shell*  1$ key  2$ g-api  8-$ n-sch`. `*` marks the current
// window, `-` the previous one, `@` one that was silent and is not (Ctrl-A M), `!` a service that does not run. Windows
// that do not fit are left out with `...`, but never the current one.

export interface BarWindow {
  number: number;
  title: string;
  alert: boolean;
  activity: boolean;
}

const GAP = "  ";
const MORE = "...";

/** `current` and `previous` are numbers of windows. */
export function statusBar(
  windows: readonly BarWindow[],
  current: number | null,
  previous: number | null,
  width: number,
): string {
  const items = windows.map(({ number, title, alert, activity }) => {
    const marks = `${number === previous && number !== current ? "-" : ""}${activity ? "@" : ""}${alert ? "!" : ""}`;
    return `${number}${marks}$ ${title}${number === current ? "*" : ""}`;
  });
  const at = Math.max(
    0,
    windows.findIndex(({ number }) => number === current),
  );
  for (let first = 0; ; first++) {
    const { text, last } = barFrom(items, first, width);
    if (last > at || first >= at) return text.slice(0, width);
  }
}

/** The line that begins with this item, and the first item that is not on it. */
function barFrom(items: readonly string[], first: number, width: number): { text: string; last: number } {
  let text = first > 0 ? `${MORE}${GAP}` : "";
  let last = first;
  for (; last < items.length; last++) {
    const more = `${last === first ? "" : GAP}${items[last]}`;
    const reserve = last === items.length - 1 ? 0 : GAP.length + MORE.length;
    if (text.length + more.length + reserve > width && last > first) break;
    text += more;
  }
  return { text: last < items.length ? `${text}${GAP}${MORE}` : text, last };
}
