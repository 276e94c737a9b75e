// GNU screen's last line as DevStack sets it up: `0$ shell* 1$ key 2$ g-api 8-$ n-sch`. `*` marks the current window,
// `-` the previous one; windows that do not fit are left out with `...`, but never the current one.

export interface BarWindow {
  title: string;
  /** Something to notice: shown with `!` (a stopped or failed service). */
  alert: boolean;
}

export function statusBar(
  windows: readonly BarWindow[],
  current: number,
  previous: number | null,
  width: number,
): string {
  const items = windows.map(({ title, alert }, i) => {
    const marks = `${i === previous && i !== current ? "-" : ""}${alert ? "!" : ""}`;
    return `${i}${marks}$ ${title}${i === current ? "*" : ""}`;
  });
  let first = 0;
  for (;;) {
    const lead = first > 0 ? "... " : "";
    let text = lead;
    let last = first;
    while (last < items.length) {
      const more = `${last === first ? "" : " "}${items[last]}`;
      const reserve = last === items.length - 1 ? 0 : 4;
      if (text.length + more.length + reserve > width && last > first) break;
      text += more;
      last++;
    }
    if (last > current || first >= current)
      return (last < items.length ? `${text} ...` : text).slice(0, width);
    first++;
  }
}
