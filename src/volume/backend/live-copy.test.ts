import { afterAll, beforeAll, expect, test } from "bun:test";
import { hasProgram } from "../drivers/commands.ts";
import { LATEST, type VolumeCloud, volumeCloud } from "../testing.ts";

const SERVER = "7a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d11";
const OTHER = "8a1d6d0e-2b1f-4a39-9d3b-6a5b3f2f0d22";

let cloud: VolumeCloud;
beforeAll(async () => {
  cloud = await volumeCloud({ settings: { CINDER_DRIVER: "file" } });
});
afterAll(() => cloud[Symbol.asyncDispose]());

/** The hypervisor has the volume's file open. */
async function openedBy(volume: string): Promise<AsyncDisposable> {
  const path = cloud.paths.at("volumes", "file", `volume-${volume}`);
  const child = Bun.spawn(["qemu-io", "-f", "qcow2", path], { stdin: "pipe", stdout: "pipe" });
  const output = child.stdout[Symbol.asyncIterator]();
  await output.next();
  return {
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

async function attach(volume: string, server: string | null): Promise<void> {
  const args = server === null ? { host_name: "c01" } : { instance_uuid: server };
  const answer = await cloud.act(volume, "os-attach", { ...args, mountpoint: "/dev/vdb" });
  expect(answer.status).toBe(202);
}

async function forced(volume: string): Promise<string> {
  const body = { snapshot: { volume_id: volume, force: true } };
  const answer = await cloud.admin.post("/v3/snapshots", body);
  expect(answer.status).toBe(202);
  const { id } = answer.body.snapshot;
  return (await cloud.snapshotSettled(id, "available", "error")).status;
}

const lines = () =>
  cloud.log.book
    .lines("c-vol")
    .map(({ text }) => text)
    .filter((text) => text.includes(" ERROR "));

test.skipIf(!hasProgram("qemu-io"))(
  "a volume in use that nobody can copy: the snapshot ends in error, and it is said why",
  async () => {
    cloud.log.expectError("create failed");
    const [byHost, byServer, stopped] = [await cloud.volume(), await cloud.volume(), await cloud.volume()];
    await attach(byHost, null);
    await attach(byServer, SERVER);
    await attach(stopped, OTHER);
    await using _first = await openedBy(byHost);
    await using _second = await openedBy(byServer);
    expect(await forced(byHost)).toBe("error");
    expect(lines().at(-1)).toContain("is in use by a host, which alone can copy it consistently");
    // The compute service does not run here.
    expect(await forced(byServer)).toBe("error");
    expect(lines().at(-1)).toContain(
      "is written to by a running server: The n-api service is not available.",
    );
    expect(await forced(stopped)).toBe("available");
    const { messages } = (await cloud.admin.get("/v3/messages", LATEST)).body;
    expect(messages[0].user_message).toBe("create snapshot:Snapshot failed to create.");
  },
);
