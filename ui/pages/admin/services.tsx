// Every window of the cloud, and the verbs of `stack start`, `stop` and `restart`.

import { controlService, type ServiceStatus, type ServiceVerb } from "../../api/dashboard.ts";
import { attempt } from "../../core/flash.ts";
import { href } from "../../core/router.ts";
import { setWindows, useWindows } from "../../layout/windows.ts";
import { Badge } from "../../parts/badge.tsx";
import { confirm } from "../../parts/confirm.tsx";
import type { MenuItem } from "../../parts/menu.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";

/** Without these the dashboard cannot be asked to start them again. */
const NEEDED_HERE: Record<string, string> = {
  key: "Without the identity service nobody is signed in: start it again with `stack start key`.",
  horizon: "This is the dashboard itself: start it again with `stack start horizon`.",
};

const DONE: Record<ServiceVerb, string> = { start: "started", stop: "stopped", restart: "restarted" };

export function ServicesPage() {
  const windows = useWindows();
  const { data } = windows;
  return (
    <Page title="Services" aside={data && <span class="muted">Compute driver {data.driver.name}</span>}>
      <Table
        label="Services"
        rows={{ ...windows, data: data?.services }}
        rowId={({ window }) => window}
        rowName={({ window }) => window}
        columns={COLUMNS}
        actions={actionsOf}
        empty="This cloud has no services."
      />
      {data && (
        <section class="panel">
          <h2>Queues</h2>
          {data.queues.length === 0 && <p class="muted">Nothing has been sent yet.</p>}
          <ul class="queues">
            {data.queues.map(({ project, topic, messages, consumers }) => (
              <li key={`${project} ${topic}`} class={consumers === 0 ? "waiting" : ""}>
                <code>{topic}</code>
                <span class="muted">{project}</span>
                <strong>{messages}</strong>
                {consumers === 0 && <span class="badge bad">No consumer</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

const COLUMNS: Column<ServiceStatus>[] = [
  {
    title: "Window",
    value: ({ window }) => window,
    draw: ({ window }) => (
      <a href={href(`/admin/logs?window=${encodeURIComponent(window)}`)}>
        <code>{window}</code>
      </a>
    ),
  },
  { title: "Service", value: ({ name }) => name, draw: ({ name }) => name },
  { title: "State", value: ({ state }) => state, draw: ({ state }) => <Badge state={state} /> },
  {
    title: "Address",
    value: ({ url }) => url ?? "",
    draw: ({ url }) => (url ? <code>{url}</code> : "-"),
    whole: true,
  },
  {
    title: "Reason",
    value: ({ reason }) => reason ?? "",
    draw: ({ reason }) => reason ?? "",
    optional: true,
  },
];

function actionsOf({ window, state }: ServiceStatus): (MenuItem | false)[] {
  const runs = state === "running";
  return [
    !runs && {
      label: "Start",
      run: () => void attempt(() => ask(window, "start"), `${window} ${DONE.start}.`),
    },
    runs && { label: "Restart", run: () => sure(window, "restart") },
    runs && { label: "Stop", danger: true, run: () => sure(window, "stop") },
  ];
}

async function ask(window: string, verb: ServiceVerb): Promise<void> {
  setWindows(await controlService(window, verb));
}

/** Asked first: others use the service. */
function sure(window: string, verb: "stop" | "restart"): void {
  const warning = verb === "stop" ? (NEEDED_HERE[window] ?? "") : "";
  confirm({
    title: `${verb === "stop" ? "Stop" : "Restart"} ${window}?`,
    text:
      verb === "stop"
        ? `It will behave as a process that has died: calls to it fail, messages for it wait. ${warning}`
        : "It reads its settings and plugins anew. Requests under way are cut off.",
    button: verb === "stop" ? "Stop Service" : "Restart Service",
    danger: verb === "stop",
    work: () => ask(window, verb),
    done: `${window} ${DONE[verb]}.`,
  });
}
