// What can be done with a server in the state it is in. Authority: the `allowed` methods of Horizon's
// openstack_dashboard/dashboards/project/instances/tables.py.

import type { Session } from "../../../src/dashboard/wire.ts";
import { actOnServer, deleteServer, type Server } from "../../api/servers.ts";
import { NETWORK, offers, VOLUME } from "../../core/catalog.ts";
import { attempt } from "../../core/flash.ts";
import { session } from "../../core/session.ts";
import { confirm } from "../../parts/confirm.tsx";
import type { MenuItem } from "../../parts/menu.tsx";
import { associate, attach, detach, edit, rebuild, resize, snapshot } from "./forms.tsx";

interface ServerAction {
  label: string;
  /** In which statuses it is offered; absent: in all. */
  in?: readonly string[];
  /** What else must be so. */
  when?(server: Server, session: Session): boolean;
  danger?: boolean;
  /** @param after called when something was asked for */
  run(server: Server, after: () => void): void;
}

const SETTLED = ["ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED"];
const hasVolumes = (_: Server, { services }: Session) => offers(services, VOLUME);

const lacksFloatingIp = ({ addresses }: Server, { services }: Session) =>
  offers(services, NETWORK) && !addresses.some(({ floating }) => floating);

/** In the order in which they are offered; the first that fits is the row's button. */
const ACTIONS: readonly ServerAction[] = [
  { label: "Start", in: ["SHUTOFF", "CRASHED"], run: act({ "os-start": null }, "Starting") },
  { label: "Confirm Resize", in: ["VERIFY_RESIZE"], run: act({ confirmResize: null }, "Confirming") },
  { label: "Revert Resize", in: ["VERIFY_RESIZE"], run: act({ revertResize: null }, "Reverting") },
  { label: "Unpause", in: ["PAUSED"], run: act({ unpause: null }, "Resuming") },
  { label: "Resume", in: ["SUSPENDED"], run: act({ resume: null }, "Resuming") },
  { label: "Unshelve", in: ["SHELVED", "SHELVED_OFFLOADED"], run: act({ unshelve: null }, "Unshelving") },
  { label: "Unrescue", in: ["RESCUE"], run: act({ unrescue: null }, "Unrescuing") },
  {
    label: "Stop",
    in: ["ACTIVE"],
    run: sure("Stop", "The instance is shut off; its disk stays.", { "os-stop": null }, "Stopping"),
  },
  {
    label: "Soft Reboot",
    in: ["ACTIVE"],
    run: sure("Reboot", "The guest is asked to restart.", { reboot: { type: "SOFT" } }, "Rebooting"),
  },
  {
    label: "Hard Reboot",
    in: [...SETTLED, "ERROR"],
    run: sure(
      "Hard reboot",
      "As by the reset button: the guest is not asked.",
      { reboot: { type: "HARD" } },
      "Rebooting",
    ),
  },
  { label: "Create Snapshot", in: SETTLED, run: snapshot },
  { label: "Pause", in: ["ACTIVE"], run: act({ pause: null }, "Pausing") },
  { label: "Suspend", in: ["ACTIVE"], run: act({ suspend: null }, "Suspending") },
  { label: "Shelve", in: SETTLED, run: act({ shelve: null }, "Shelving") },
  { label: "Resize", in: ["ACTIVE", "SHUTOFF"], run: (server, after) => void resize(server, after) },
  {
    label: "Rebuild",
    in: ["ACTIVE", "SHUTOFF", "ERROR"],
    run: (server, after) => void rebuild(server, after),
  },
  {
    label: "Attach Volume",
    in: SETTLED,
    when: hasVolumes,
    run: (server, after) => void attach(server, after),
  },
  {
    label: "Detach Volume",
    in: SETTLED,
    when: ({ volumeIds }) => volumeIds.length > 0,
    run: (server, after) => void detach(server, after),
  },
  {
    label: "Associate Floating IP",
    in: SETTLED,
    when: lacksFloatingIp,
    run: (server, after) => void associate(server, after),
  },
  { label: "Edit Instance", run: edit },
  { label: "Lock", when: ({ locked }) => !locked, run: act({ lock: null }, "Locking") },
  { label: "Unlock", when: ({ locked }) => locked, run: act({ unlock: null }, "Unlocking") },
  {
    label: "Migrate",
    in: ["ACTIVE", "SHUTOFF"],
    when: (_, { isAdmin }) => isAdmin,
    run: act({ migrate: { host: null } }, "Migrating"),
  },
  { label: "Delete Instance", danger: true, run: remove },
];

export function serverActions(server: Server, after: () => void): MenuItem[] {
  const who = session.get();
  if (!who) return [];
  return ACTIONS.filter((action) => action.in?.includes(server.status) ?? true)
    .filter((action) => action.when?.(server, who) ?? true)
    .map(({ label, danger = false, run }) => ({ label, danger, run: () => run(server, after) }));
}

function act(body: Record<string, unknown>, doing: string): ServerAction["run"] {
  return ({ id, name }, after) => void attempt(() => actOnServer(id, body), `${doing} ${name}.`).then(after);
}

/** The same, asked first. */
function sure(verb: string, text: string, body: Record<string, unknown>, doing: string): ServerAction["run"] {
  return ({ id, name }, after) =>
    confirm({
      title: `${verb} ${name}?`,
      text,
      button: `${verb} Instance`,
      danger: false,
      work: () => actOnServer(id, body).then(after),
      done: `${doing} ${name}.`,
    });
}

function remove({ id, name }: Server, after: () => void): void {
  confirm({
    title: `Delete ${name}?`,
    text: "Its disk is removed with it. This cannot be undone.",
    button: "Delete Instance",
    work: () => deleteServer(id).then(after),
    done: `Deleting ${name}.`,
  });
}
