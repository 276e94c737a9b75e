// The actions that change a server's state: power, locks, rescue, shelving, deletion.

import { CloudError } from "../../core/errors.ts";
import { type Call, empty, json } from "../../http/call.ts";
import { generatePassword } from "../names.ts";
import type { Nova } from "../nova.ts";
import { deleteServer, restoreServer } from "../servers/delete.ts";
import * as power from "../servers/power.ts";
import { rescueServer, shelve, shelveOffload, type Unshelve, unshelve } from "../servers/rebuild.ts";
import type { InstanceRow } from "../tables.ts";
import * as schemas from "./action-schemas.ts";
import type { ServerAction } from "./actions.ts";
import { serversRule } from "./target.ts";

const os = (name: string) => `os_compute_api:${name}`;

/** An action without arguments that answers 202. */
function simple(nova: Nova, name: string, rule: string, action: power.SimpleAction): ServerAction {
  return {
    name,
    rule,
    handler(call, instance) {
      power.simpleAction(nova, call.context, instance, action);
      return empty(202);
    },
  };
}

export function stateActions(nova: Nova): ServerAction[] {
  return [
    simple(nova, "os-start", serversRule("start"), "start"),
    simple(nova, "os-stop", serversRule("stop"), "stop"),
    simple(nova, "pause", os("os-pause-server:pause"), "pause"),
    simple(nova, "unpause", os("os-pause-server:unpause"), "unpause"),
    simple(nova, "suspend", os("os-suspend-server:suspend"), "suspend"),
    simple(nova, "resume", os("os-suspend-server:resume"), "resume"),
    simple(nova, "unrescue", os("os-unrescue"), "unrescue"),
    {
      name: "reboot",
      rule: serversRule("reboot"),
      body: schemas.reboot,
      handler(call, instance, args) {
        const kind = (args as { type: string }).type.toUpperCase() as "SOFT" | "HARD";
        power.reboot(nova, call.context, instance, kind);
        return empty(202);
      },
    },
    {
      name: "lock",
      rule: os("os-lock-server:lock"),
      body: schemas.lock,
      handler(call, instance, args) {
        const reason =
          call.minor >= 73 ? ((args as { locked_reason?: string } | null)?.locked_reason ?? null) : null;
        power.lock(nova, call.context, instance, reason);
        return empty(202);
      },
    },
    {
      name: "unlock",
      rule: os("os-lock-server:unlock"),
      handler(call, instance) {
        const expected = instance.project_id === call.context.projectId ? "owner" : "admin";
        if (instance.locked_by !== null && instance.locked_by !== expected) {
          call.enforce(os("os-lock-server:unlock:unlock_override"), { project_id: instance.project_id });
        }
        power.unlock(nova, call.context, instance);
        return empty(202);
      },
    },
    {
      name: "trigger_crash_dump",
      rule: serversRule("trigger_crash_dump"),
      since: 17,
      body: schemas.triggerCrashDump,
      handler(call, instance) {
        power.crashDump(nova, call.context, instance);
        return empty(202);
      },
    },
    {
      name: "changePassword",
      rule: os("os-admin-password"),
      body: schemas.changePassword,
      handler(call, instance, args) {
        power.changePassword(nova, call.context, instance, (args as { adminPass: string }).adminPass);
        return empty(202);
      },
    },
    {
      name: "os-resetState",
      rule: os("os-admin-actions:reset_state"),
      body: schemas.resetState,
      handler(call, instance, args) {
        power.resetState(nova, call.context, instance, (args as { state: "active" | "error" }).state);
        return empty(202);
      },
    },
    {
      name: "injectNetworkInfo",
      rule: os("os-admin-actions:inject_network_info"),
      // The drivers here give a guest its network by DHCP and config drive: there is nothing to inject into.
      handler: () => empty(202),
    },
    {
      name: "resetNetwork",
      rule: os("os-admin-actions:reset_network"),
      handler() {
        throw new CloudError("gone", "The resource is no longer available at this address.");
      },
    },
    ...rescueActions(nova),
    ...shelveActions(nova),
    ...deletionActions(nova),
  ];
}

function rescueActions(nova: Nova): ServerAction[] {
  return [
    {
      name: "rescue",
      rule: os("os-rescue"),
      body: schemas.rescue,
      handler(call, instance, args) {
        const { adminPass, rescue_image_ref } = (args ?? {}) as {
          adminPass?: string;
          rescue_image_ref?: string;
        };
        const adminPassword = adminPass ?? generatePassword(nova.settings.PASSWORD_LENGTH);
        rescueServer(nova, call.context, instance, {
          adminPassword,
          imageId: rescue_image_ref ?? null,
          volumeBackedToo: call.minor >= 87,
        });
        return json(200, nova.settings.ENABLE_INSTANCE_PASSWORD ? { adminPass: adminPassword } : {});
      },
    },
  ];
}

function shelveActions(nova: Nova): ServerAction[] {
  const unshelveWanted = (call: Call, instance: InstanceRow, args: unknown): Unshelve => {
    const given = (call.minor >= 77 && args !== null ? args : {}) as {
      availability_zone?: string | null;
      host?: string;
    };
    if (given.host !== undefined) {
      call.enforce(os("os-shelve:unshelve_to_host"), {
        project_id: instance.project_id,
        user_id: instance.user_id,
      });
    }
    return {
      host: given.host ?? null,
      ...("availability_zone" in given ? { availabilityZone: given.availability_zone ?? null } : {}),
    };
  };
  return [
    {
      name: "shelve",
      rule: os("os-shelve:shelve"),
      handler(call, instance) {
        shelve(nova, call.context, instance);
        return empty(202);
      },
    },
    {
      name: "shelveOffload",
      rule: os("os-shelve:shelve_offload"),
      handler(call, instance) {
        shelveOffload(nova, call.context, instance);
        return empty(202);
      },
    },
    {
      name: "unshelve",
      rule: os("os-shelve:unshelve"),
      body: schemas.unshelve,
      handler(call, instance, args) {
        unshelve(nova, call.context, instance, unshelveWanted(call, instance, args));
        return empty(202);
      },
    },
  ];
}

function deletionActions(nova: Nova): ServerAction[] {
  return [
    {
      name: "forceDelete",
      rule: os("os-deferred-delete:force"),
      async handler(call, instance) {
        await deleteServer(nova, call.context, instance, { force: true });
        return empty(202);
      },
    },
    {
      name: "restore",
      rule: os("os-deferred-delete:restore"),
      handler(call, instance) {
        restoreServer(nova, call.context, instance);
        return empty(202);
      },
    },
  ];
}
