// Shows the messages of `core/flash.ts`.

import { dismiss, flashes } from "../core/flash.ts";
import { useStore } from "../core/store.ts";

export function Flashes() {
  const shown = useStore(flashes);
  return (
    <div class="flashes" role="status" aria-live="polite">
      {shown.map(({ id, kind, text }) => (
        <div key={id} class={`flash ${kind}`}>
          <span>{text}</span>
          <button type="button" class="button quiet icon" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <span aria-hidden="true">×</span>
          </button>
        </div>
      ))}
    </div>
  );
}
