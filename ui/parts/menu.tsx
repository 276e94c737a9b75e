// A button that opens a list of actions. Keyboard as in the ARIA menu pattern: arrows, Home, End, Escape.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface MenuItem {
  label: string;
  run(): void;
  danger?: boolean;
}

interface MenuProps {
  /** What a screen reader calls it, when the button shows no words. */
  label: string;
  items: readonly MenuItem[];
  class?: string;
  children?: ComponentChildren;
}

const GAP = 4;

export function Menu({ label, items, class: style = "button quiet icon", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open || !list.current || !button.current) return;
    const menu = list.current;
    placeBelow(menu, button.current);
    menu.querySelector<HTMLElement>("[role=menuitem]")?.focus({ preventScroll: true });
    const close = (event: Event) => {
      if (event.type === "pointerdown" && event.composedPath().includes(menu)) return;
      setOpen(false);
    };
    document.addEventListener("pointerdown", close, true);
    window.addEventListener("scroll", close, true);
    window.addEventListener("resize", close);
    return () => {
      document.removeEventListener("pointerdown", close, true);
      window.removeEventListener("scroll", close, true);
      window.removeEventListener("resize", close);
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    const all = [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[to % all.length]?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.stopPropagation();
      if (event.key === "Escape") event.preventDefault();
      setOpen(false);
      button.current?.focus();
    }
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        class={style}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={children ? undefined : label}
        title={children ? undefined : label}
        onClick={() => setOpen(!open)}
      >
        {children ?? <span aria-hidden="true">⋯</span>}
      </button>
      {open && (
        <div ref={list} class="menu" role="menu" aria-label={label} onKeyDown={onKeyDown}>
          {items.map((item) => (
            <button
              key={item.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={item.danger ? "danger" : ""}
              onClick={() => {
                setOpen(false);
                button.current?.focus();
                item.run();
              }}
            >
              {item.label}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

/** Under the button where there is room, over it, else beside it; never beyond the window's edge. */
function placeBelow(menu: HTMLElement, button: HTMLElement): void {
  const { top, bottom, left, right } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const { innerWidth, innerHeight } = window;
  let x = left + width <= innerWidth - GAP ? left : right - width;
  let y = bottom + GAP;
  if (y + height > innerHeight) {
    y = top - GAP - height;
    if (y < GAP) {
      y = Math.max(GAP, Math.min(top, innerHeight - GAP - height));
      x = left - GAP - width;
    }
  }
  menu.style.left = `${Math.max(GAP, x)}px`;
  menu.style.top = `${y}px`;
}
