// Servers of the project, or of everybody for administrators.

import { listProjects } from "../../api/identity.ts";
import { listImages } from "../../api/image.ts";
import { deleteServer, listServers, type Server } from "../../api/servers.ts";
import { age, mebibytes, plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { href } from "../../core/router.ts";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { serverActions } from "./actions.tsx";
import { launchInstance } from "./launch.tsx";
import { PowerState, ServerState } from "./state.tsx";

export function InstancesPage({ everybody }: { everybody: boolean }) {
  const servers = useResource((signal) => listServers(everybody, signal), [everybody], {
    changing: (rows) => rows.some(({ taskState, status }) => taskState !== null || status === "BUILD"),
  });
  const images = useNames(listImages, true);
  const projects = useNames(listProjects, everybody);
  return (
    <Page title={everybody ? "All Instances" : "Instances"}>
      <Table
        label="Instances"
        rows={servers}
        rowId={({ id }) => id}
        rowName={({ name }) => name}
        columns={columnsOf({ everybody, images, projects })}
        actions={(server) => serverActions(server, servers.reload)}
        bulk={{
          label: "Delete Instances",
          danger: true,
          run: confirmDelete,
        }}
        toolbar={
          !everybody && (
            <button type="button" class="button primary" onClick={() => launchInstance(servers.reload)}>
              Launch Instance
            </button>
          )
        }
        empty={everybody ? "No project has an instance." : "This project has no instances yet."}
      />
    </Page>
  );
}

function confirmDelete(servers: Server[], after: () => void): void {
  const what = plural(servers.length, "instance");
  confirm({
    title: `Delete ${what}?`,
    text: "Their disks are removed with them. This cannot be undone.",
    names: servers.map(({ name }) => name),
    button: "Delete Instances",
    work: () => forEach(servers, ({ id }) => deleteServer(id)).finally(after),
    done: `Deleting ${what}.`,
  });
}

interface Shown {
  everybody: boolean;
  images: ReadonlyMap<string, string>;
  projects: ReadonlyMap<string, string>;
}

function columnsOf({ everybody, images, projects }: Shown): Column<Server>[] {
  const imageOf = ({ imageId }: Server) => (imageId === null ? "-" : (images.get(imageId) ?? imageId));
  const projectOf = ({ projectId }: Server) => projects.get(projectId) ?? projectId;
  const columns: (Column<Server> | false)[] = [
    everybody && { title: "Project", value: projectOf, draw: projectOf },
    {
      title: "Name",
      value: ({ name }) => name,
      draw: ({ id, name, locked }) => (
        <>
          <a href={href(`/project/instances/${id}`)}>{name}</a>
          {locked && (
            <span class="badge off" title="Actions are refused until it is unlocked">
              Locked
            </span>
          )}
        </>
      ),
    },
    { title: "Image", value: imageOf, draw: imageOf },
    {
      title: "IP Address",
      value: ({ addresses }) => addresses.map(({ address }) => address).join(" "),
      draw: ({ addresses }) => <Addresses addresses={addresses} />,
    },
    {
      title: "Flavor",
      value: ({ flavor }) => flavor.name,
      draw: ({ flavor }) => (
        <span title={`${flavor.vcpus} VCPU, ${mebibytes(flavor.ramMb)} RAM, ${flavor.diskGb} GiB disk`}>
          {flavor.name}
        </span>
      ),
    },
    !everybody && {
      title: "Key Pair",
      value: ({ keyName }) => keyName ?? "",
      draw: ({ keyName }) => keyName ?? "-",
    },
    {
      title: "Status",
      value: ({ status }) => status,
      draw: (server) => <ServerState server={server} />,
    },
    {
      title: "Power State",
      value: ({ powerState }) => powerState,
      draw: ({ powerState }) => <PowerState value={powerState} />,
    },
    everybody && { title: "Host", value: ({ host }) => host ?? "", draw: ({ host }) => host ?? "-" },
    {
      title: "Age",
      value: ({ created }) => -Date.parse(created),
      draw: ({ created }) => <span class="nowrap">{age(created)}</span>,
    },
  ];
  return columns.filter((column) => column !== false);
}

export function Addresses({ addresses }: { addresses: Server["addresses"] }) {
  if (addresses.length === 0) return <>-</>;
  return (
    <ul class="addresses">
      {addresses.map(({ address, network, floating }) => (
        <li key={address}>
          <code title={`${network}${floating ? ", floating" : ""}`}>{address}</code>
          {floating && <span class="muted"> floating</span>}
        </li>
      ))}
    </ul>
  );
}

/** Names by id. What may not be listed is shown by id. */
export function useNames(
  list: (signal?: AbortSignal) => Promise<{ id: string; name: string | null }[]>,
  wanted: boolean,
): ReadonlyMap<string, string> {
  const { data } = useResource(async (signal) => (wanted ? list(signal) : []), [wanted]);
  return new Map((data ?? []).map(({ id, name }) => [id, name ?? id]));
}
