// The actions that change a server's size, image or host: resize, rebuild, migrations, evacuation; and images of it.

import { Invalid } from "../../core/errors.ts";
import { boolFromString } from "../../core/python.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { generatePassword, shortestIpv6 } from "../names.ts";
import type { Nova } from "../nova.ts";
import { createBackup, createImage } from "../servers/images.ts";
import * as moves from "../servers/moves.ts";
import { type RebuildServer, rebuildServer } from "../servers/rebuild.ts";
import type { InstanceRow } from "../tables.ts";
import * as schemas from "./action-schemas.ts";
import type { ServerAction } from "./actions.ts";
import { linkBase, resourceLinks } from "./links.ts";
import { rebuild as rebuildBody } from "./server-schemas.ts";
import { factsOf, serverView, visibilityOf } from "./server-views.ts";
import { filesOf, refuseTrustedCerts } from "./servers-create.ts";
import { serversRule } from "./target.ts";

const os = (name: string) => `os_compute_api:${name}`;

type Given = Record<string, unknown>;

export function moveActions(nova: Nova): ServerAction[] {
  return [
    {
      name: "resize",
      rule: serversRule("resize"),
      body: schemas.resize,
      handler(call, instance, args) {
        const { flavorRef, "OS-DCF:diskConfig": disk } = args as Given;
        const asked = disk === undefined ? null : disk === "AUTO";
        moves.resizeServer(nova, call.context, instance, String(flavorRef).split("/").at(-1)!, {
          diskConfig: moves.diskConfigOf(nova, instance, asked),
          zeroDiskAllowed: call.allows(serversRule("create:zero_disk_flavor")),
        });
        return empty(202);
      },
    },
    {
      name: "confirmResize",
      rule: serversRule("confirm_resize"),
      handler(call, instance) {
        moves.confirmResize(nova, call.context, instance);
        return empty(204);
      },
    },
    {
      name: "revertResize",
      rule: serversRule("revert_resize"),
      handler(call, instance) {
        moves.revertResize(nova, call.context, instance);
        return empty(202);
      },
    },
    {
      name: "rebuild",
      rule: serversRule("rebuild"),
      body: rebuildBody,
      handler: (call, instance, args) => rebuild(nova, call, instance, args as Given),
    },
    {
      name: "migrate",
      rule: os("os-migrate-server:migrate"),
      body: schemas.migrate,
      handler(call, instance, args) {
        const host = call.minor >= 56 ? ((args as { host?: string } | null)?.host ?? null) : null;
        moves.migrateServer(nova, call.context, instance, host);
        return empty(202);
      },
    },
    {
      name: "os-migrateLive",
      rule: os("os-migrate-server:migrate_live"),
      body: schemas.migrateLive,
      handler(call, instance, args) {
        moves.liveMigrate(nova, call.context, instance, liveMigration(call, args as Given));
        return empty(202);
      },
    },
    {
      name: "evacuate",
      rule: os("os-evacuate"),
      body: schemas.evacuate,
      handler: (call, instance, args) => evacuate(nova, call, instance, args as Given),
    },
    ...imageActions(nova),
  ];
}

/** Before 2.30 a named host was taken without asking the filters. */
function liveMigration(call: Call, args: Given): moves.LiveMigration {
  const block = args["block_migration"];
  const host = (args["host"] as string | null | undefined) ?? null;
  const force = call.minor < 30 ? host !== null : boolFromString(args["force"] ?? false) === true;
  if (force && host === null && call.minor >= 30) {
    throw new Invalid("Can't force to a non-provided destination");
  }
  return {
    targetHost: host,
    blockMigration: block === "auto" ? null : boolFromString(block),
    force,
  };
}

function evacuate(nova: Nova, call: Call, instance: InstanceRow, args: Given): Reply {
  const host = (args["host"] as string | undefined) ?? null;
  const force = call.minor < 29 ? host !== null : boolFromString(args["force"] ?? false) === true;
  if (force && host === null && call.minor >= 29) {
    throw new Invalid("Can't force to a non-provided destination");
  }
  const shared = call.minor < 14 && boolFromString(args["onSharedStorage"]) === true;
  if (shared && args["adminPass"] !== undefined) {
    throw new Invalid("admin password can't be changed on existing disk");
  }
  const adminPassword = shared
    ? null
    : ((args["adminPass"] as string | undefined) ?? generatePassword(nova.settings.PASSWORD_LENGTH));
  moves.evacuate(nova, call.context, instance, { targetHost: host, force, adminPassword });
  if (call.minor >= 14) return empty(200);
  return json(
    200,
    adminPassword !== null && nova.settings.ENABLE_INSTANCE_PASSWORD ? { adminPass: adminPassword } : {},
  );
}

function rebuild(nova: Nova, call: Call, instance: InstanceRow, args: Given): Reply {
  refuseTrustedCerts(call, args["trusted_image_certificates"], "rebuild");
  const text = (name: string) => (args[name] === undefined ? {} : { value: args[name] as string });
  const adminPassword =
    (args["adminPass"] as string | undefined) ?? generatePassword(nova.settings.PASSWORD_LENGTH);
  const wanted: RebuildServer = {
    imageId: args["imageRef"] as string,
    adminPassword,
    diskConfig: args["OS-DCF:diskConfig"] === undefined ? null : args["OS-DCF:diskConfig"] === "AUTO",
    files: filesOf(args["personality"]),
    zeroDiskAllowed: call.allows(serversRule("create:zero_disk_flavor")),
  };
  const name = text("name").value;
  if (name !== undefined) wanted.name = name.trim();
  if (args["description"] !== undefined) wanted.description = args["description"] as string | null;
  if (args["metadata"] !== undefined) wanted.metadata = args["metadata"] as Record<string, string>;
  if (args["hostname"] !== undefined) wanted.hostname = args["hostname"] as string;
  if (args["key_name"] !== undefined) wanted.keyName = args["key_name"] as string | null;
  if (args["user_data"] !== undefined) wanted.userData = args["user_data"] as string | null;
  if (args["accessIPv4"] !== undefined) wanted.accessIPv4 = args["accessIPv4"] as string;
  if (args["accessIPv6"] !== undefined) wanted.accessIPv6 = shortestIpv6(args["accessIPv6"] as string);
  rebuildServer(nova, call.context, instance, wanted);
  const row = nova.store.instance(instance.uuid) ?? instance;
  const [facts] = factsOf(nova, [row]);
  const server = serverView(nova, call, facts!, visibilityOf(call, row), {
    brief: call.minor < 75,
    keyName: call.minor >= 54,
    serverGroups: true,
    userData: false,
  });
  if (nova.settings.ENABLE_INSTANCE_PASSWORD) server["adminPass"] = adminPassword;
  if (call.minor >= 57) server["user_data"] = row.user_data;
  const self = resourceLinks(linkBase(call), "servers", row.uuid)[0]!.href;
  return json(202, { server }, { location: self });
}

function imageActions(nova: Nova): ServerAction[] {
  /** 2.45 answers with the id, older versions with the address. */
  const answer = (call: Call, imageId: string): Reply => {
    if (call.minor >= 45) return json(202, { image_id: imageId });
    const glance = nova.context.endpoints.base("g-api") ?? call.baseUrl;
    return empty(202, { location: `${glance}/images/${imageId}` });
  };
  return [
    {
      name: "createImage",
      rule: serversRule("create_image"),
      body: schemas.createImage,
      async handler(call, instance, args) {
        const { name, metadata = {} } = args as { name: string; metadata?: Record<string, string> };
        if (moves.fromVolume(nova, instance.uuid)) {
          call.enforce(serversRule("create_image:allow_volume_backed"), { project_id: instance.project_id });
        }
        return answer(call, await createImage(nova, call.context, instance, name.trim(), metadata));
      },
    },
    {
      name: "createBackup",
      rule: os("os-create-backup"),
      body: schemas.createBackup,
      handler(call, instance, args) {
        const given = args as {
          name: string;
          backup_type: string;
          rotation: number | string;
          metadata?: Record<string, string>;
        };
        const rotation = Number(given.rotation);
        const imageId = createBackup(nova, call.context, instance, {
          name: given.name.trim(),
          backupType: given.backup_type,
          rotation,
          metadata: given.metadata ?? {},
        });
        // A backup that is not kept has no address.
        return rotation > 0 ? answer(call, imageId) : empty(202);
      },
    },
  ];
}
