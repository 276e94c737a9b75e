// A page: its heading, and what stands beside it. Tabs that the address remembers.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { href, place, setQuery } from "../core/router.ts";
import { useStore } from "../core/store.ts";

interface PageProps {
  title: string;
  /** The way back: label and address. */
  above?: { label: string; to: string };
  aside?: ComponentChildren;
  /** Takes the window's whole height. */
  full?: boolean;
  children: ComponentChildren;
}

export function Page({ title, above, aside, full = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - stack dashboard`;
  }, [title]);
  // A new page is read from its heading.
  useLayoutEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class={full ? "page full" : "page"}>
      <header class="page-head">
        <div>
          {above && (
            <p class="above">
              <a href={href(above.to)}>{above.label}</a>
              <span aria-hidden="true"> /</span>
            </p>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
        </div>
        {aside && <div class="aside">{aside}</div>}
      </header>
      {children}
    </div>
  );
}

export interface Tab {
  id: string;
  label: string;
  draw(): ComponentChildren;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const asked = useStore(place).query.get("tab");
  const current = tabs.find(({ id }) => id === asked) ?? tabs[0]!;
  const select = (id: string) => setQuery({ tab: id === tabs[0]!.id ? null : id });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(tabs.indexOf(current) + step) % tabs.length]!;
    select(next.id);
    (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`tab-${tab.id}`}
            aria-controls="tab-panel"
            aria-selected={tab === current}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => select(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-panel" key={current.id} aria-labelledby={`tab-${current.id}`}>
        {current.draw()}
      </div>
    </>
  );
}

/** Names and values, as on a detail page. */
export function Facts({ title, rows }: { title: string; rows: readonly [string, ComponentChildren][] }) {
  return (
    <section class="facts">
      <h2>{title}</h2>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === null || value === undefined || value === "" ? "-" : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
