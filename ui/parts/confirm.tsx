// "Are you sure?", in words, before anything that cannot be undone.

import { useState } from "preact/hooks";
import { messageOf } from "../api/http.ts";
import { openDialog } from "../core/dialogs.ts";
import { flash } from "../core/flash.ts";
import { Dialog } from "./dialog.tsx";

export interface Question {
  title: string;
  /** What will happen, to what. */
  text: string;
  names?: readonly string[];
  /** The button: `Delete Instances`. */
  button: string;
  danger?: boolean;
  work(): Promise<unknown>;
  /** Said when it went well. */
  done: string;
}

export function confirm(question: Question): void {
  openDialog((close) => <ConfirmDialog question={question} close={close} />);
}

function ConfirmDialog({ question, close }: { question: Question; close(): void }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const { title, text, names = [], button, danger = true, work, done } = question;
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await work();
      flash("success", done);
      close();
    } catch (thrown) {
      setError(messageOf(thrown));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={close}>
      <div class="dialog-body">
        <p>{text}</p>
        {names.length > 0 && (
          <ul class="names">
            {names.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        )}
        {error && (
          <p class="form-error" role="alert">
            {error}
          </p>
        )}
      </div>
      <footer>
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class={`button ${danger ? "danger" : "primary"}`} disabled={busy} onClick={go}>
          {button}
        </button>
      </footer>
    </Dialog>
  );
}

/** Runs the same for several things, all of them; then tells of those that failed. */
export async function forEach<T>(things: readonly T[], work: (thing: T) => Promise<unknown>): Promise<void> {
  const results = await Promise.allSettled(things.map(work));
  const reasons = results.flatMap((result) =>
    result.status === "rejected" ? [messageOf(result.reason)] : [],
  );
  if (reasons.length > 0) throw new Error([...new Set(reasons)].join(" "));
}
