// A dialog over the page. The browser's own <dialog>: it holds the focus and closes with Escape.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { closeDialog, dialogs } from "../core/dialogs.ts";
import { useStore } from "../core/store.ts";

interface DialogProps {
  title: string;
  onClose(): void;
  wide?: boolean;
  children: ComponentChildren;
}

export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayoutEffect(() => {
    const dialog = box.current!;
    dialog.showModal();
    // Where one goes on: the first field; where there is none, the way back.
    dialog.querySelector<HTMLElement>("[name], footer button")?.focus();
    return () => dialog.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={wide ? "wide" : ""}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="button quiet icon" aria-label="Close" onClick={onClose}>
          <span aria-hidden="true">×</span>
        </button>
      </header>
      {children}
    </dialog>
  );
}

/** Draws what `openDialog` has opened. */
export function DialogHost() {
  return (
    <>
      {useStore(dialogs).map(({ id, draw }) => (
        <div key={id}>{draw(() => closeDialog(id))}</div>
      ))}
    </>
  );
}
