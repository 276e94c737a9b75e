// One server: what it is, its console's log, what was done to it.

import { useState } from "preact/hooks";
import { listImages } from "../../api/image.ts";
import { consoleOutput, getServer, type Server, screenUrl, serverEvents } from "../../api/servers.ts";
import { age, dateTime, mebibytes, titled } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { href } from "../../core/router.ts";
import { useSession } from "../../core/session.ts";
import { Menu } from "../../parts/menu.tsx";
import { Facts, Page, Tabs } from "../../parts/page.tsx";
import { Problem } from "../../parts/problem.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { serverActions } from "./actions.tsx";
import { Addresses, useNames } from "./list.tsx";
import { PowerState, ServerState } from "./state.tsx";

export function InstancePage({ id }: { id: string }) {
  const server = useResource((signal) => getServer(id, signal), [id], {
    changing: ({ taskState, status }) => taskState !== null || status === "BUILD",
  });
  const { data, error } = server;
  const above = { label: "Instances", to: "/project/instances" };
  if (!data) {
    return (
      <Page title="Instance" above={above}>
        {error ? <Problem text={error} retry={server.reload} /> : <p class="muted">Loading…</p>}
      </Page>
    );
  }
  const [first, ...rest] = serverActions(data, server.reload);
  return (
    <Page
      title={data.name}
      above={above}
      aside={
        <>
          <ServerState server={data} />
          {first && (
            <button type="button" class="button" onClick={first.run}>
              {first.label}
            </button>
          )}
          <Menu label="More actions" class="button" items={rest}>
            Actions <span aria-hidden="true">▾</span>
          </Menu>
        </>
      }
    >
      {error && <Problem text={error} retry={server.reload} />}
      <Tabs
        label="Instance"
        tabs={[
          { id: "overview", label: "Overview", draw: () => <Overview server={data} /> },
          { id: "log", label: "Log", draw: () => <ConsoleLog id={id} /> },
          { id: "actions", label: "Action Log", draw: () => <Events id={id} /> },
        ]}
      />
    </Page>
  );
}

function Overview({ server }: { server: Server }) {
  const images = useNames(listImages, true);
  const { flavor, fault, imageId } = server;
  return (
    <>
      {fault && (
        <section class="banner error">
          <strong>{fault.message}</strong> <span>({fault.code})</span>
          {fault.details && <pre class="details">{fault.details}</pre>}
        </section>
      )}
      <div class="fact-columns">
        <Facts
          title="Instance"
          rows={[
            ["Name", server.name],
            ["ID", <code key="id">{server.id}</code>],
            ["Description", server.description],
            ["Project", <code key="project">{server.projectId}</code>],
            ["Availability Zone", server.zone],
            ["Host", server.host],
            ["Power State", <PowerState key="power" value={server.powerState} />],
            ["Created", dateTime(server.created)],
            ["Age", age(server.created)],
          ]}
        />
        <Facts
          title="Specs"
          rows={[
            ["Flavor", flavor.name],
            ["VCPUs", flavor.vcpus],
            ["RAM", mebibytes(flavor.ramMb)],
            ["Disk", `${flavor.diskGb} GiB`],
            ["Image", imageId ? (images.get(imageId) ?? imageId) : "None, boots from a volume"],
            ["Key Pair", server.keyName],
          ]}
        />
        <Facts
          title="Network"
          rows={[
            ["Addresses", <Addresses key="addresses" addresses={server.addresses} />],
            ["Security Groups", server.securityGroups.join(", ")],
          ]}
        />
        <Facts
          title="Metadata and volumes"
          rows={[
            ...Object.entries(server.metadata).map(([name, value]): [string, string] => [name, value]),
            ["Volumes", server.volumeIds.length === 0 ? "None" : server.volumeIds.join(", ")],
          ]}
        />
      </div>
    </>
  );
}

const LENGTHS = [35, 100, 500, 1000];

function ConsoleLog({ id }: { id: string }) {
  const [length, setLength] = useState<number | null>(100);
  const log = useResource((signal) => consoleOutput(id, length, signal), [id, length], { everyMs: 5000 });
  const [refused, setRefused] = useState<string | null>(null);
  const openScreen = () =>
    screenUrl(id).then(
      (url) => {
        setRefused(null);
        window.open(url, "_blank", "noopener");
      },
      (error: Error) => setRefused(error.message),
    );
  return (
    <section class="console">
      <div class="toolbar">
        <label>
          Lines{" "}
          <select
            value={length ?? "all"}
            onChange={({ currentTarget: { value } }) => setLength(value === "all" ? null : Number(value))}
          >
            {LENGTHS.map((count) => (
              <option key={count} value={count}>
                {count}
              </option>
            ))}
            <option value="all">Full log</option>
          </select>
        </label>
        <span class="spring" />
        <button type="button" class="button" onClick={openScreen}>
          Open screen
        </button>
        <button type="button" class="button" onClick={log.reload}>
          Refresh
        </button>
      </div>
      {refused && <Problem text={refused} retry={openScreen} />}
      {log.error && <Problem text={log.error} retry={log.reload} />}
      {(log.data !== undefined || !log.error) && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by the keyboard
        <pre class="log" tabIndex={0}>
          {log.data === "" ? "The console has said nothing yet." : (log.data ?? "")}
        </pre>
      )}
    </section>
  );
}

function Events({ id }: { id: string }) {
  const { isAdmin } = useSession();
  const events = useResource((signal) => serverEvents(id, signal), [id]);
  const columns: Column<NonNullable<typeof events.data>[number]>[] = [
    { title: "Action", value: ({ action }) => action, draw: ({ action }) => titled(action) },
    {
      title: "Start Time",
      value: ({ startTime }) => startTime,
      draw: ({ startTime }) => dateTime(startTime),
      whole: true,
    },
    {
      title: "Request",
      value: ({ requestId }) => requestId,
      draw: ({ requestId }) =>
        isAdmin ? (
          <a href={href(`/admin/logs?request=${requestId}`)}>
            <code>{requestId}</code>
          </a>
        ) : (
          <code>{requestId}</code>
        ),
    },
    {
      title: "Message",
      value: ({ message }) => message ?? "",
      draw: ({ message }) => message ?? "-",
      optional: true,
    },
  ];
  return (
    <Table
      label="Actions"
      rows={events}
      rowId={({ requestId, action }) => `${requestId} ${action}`}
      rowName={({ action }) => action}
      columns={columns}
      empty="Nothing was done yet."
    />
  );
}
