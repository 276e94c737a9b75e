import { expect, test } from "bun:test";
import { mutants } from "../../testing/mutants.ts";
import { LATEST, volumeCloud } from "../testing.ts";
import * as schemas from "./schemas/actions.ts";

const VOLUME_ACTIONS = [
  "os-reserve",
  "os-unreserve",
  "os-begin_detaching",
  "os-roll_detaching",
  "os-attach",
  "os-detach",
  "os-initialize_connection",
  "os-terminate_connection",
  "os-force_detach",
  "os-extend",
  "os-retype",
  "os-set_bootable",
  "os-update_readonly_flag",
  "revert",
  "os-reimage",
  "os-volume_upload_image",
  "os-set_image_metadata",
  "os-show_image_metadata",
  "os-unset_image_metadata",
  "os-reset_status",
  "os-migrate_volume",
  "os-migrate_volume_completion",
];
const SNAPSHOT_ACTIONS = ["os-reset_status", "os-update_snapshot_status", "os-unmanage"];
const NONSENSE = [
  null,
  [],
  {},
  "x",
  1,
  true,
  { x: 1 },
  { status: 1 },
  { connector: {} },
  { host: "x" },
  { snapshot_id: [] },
];

test("whatever an action is told, the answer is no error of the server", async () => {
  await using cloud = await volumeCloud();
  const volume = await cloud.volume();
  const snapshot = await cloud.snapshot(volume);
  const problems: string[] = [];
  const send = async (path: string, body: unknown) => {
    const { status, text } = await cloud.admin.post(path, body, LATEST);
    if (status >= 500) problems.push(`${path} ${JSON.stringify(body)}: ${status} ${text}`);
  };
  const at = (kind: string, id: string) => `/v3/${kind}/${id}/action`;
  for (const args of NONSENSE) {
    for (const name of VOLUME_ACTIONS) await send(at("volumes", volume), { [name]: args });
    for (const name of SNAPSHOT_ACTIONS) await send(at("snapshots", snapshot), { [name]: args });
  }
  for (const versions of Object.values(schemas)) {
    const schema = Array.isArray(versions) ? versions.at(-1)[1] : versions;
    for (const body of mutants(schema)) await send(at("volumes", volume), body);
  }
  for (const body of [null, [], "x", 7, {}, { a: 1, b: 2 }, { "os-nothing": {} }]) {
    await send(at("volumes", volume), body);
  }
  expect(problems).toEqual([]);
}, 60_000);
