// A block storage service that keeps its volumes in memory: for tests of those who ask it.

import type { RequestContext } from "../core/context.ts";
import { Invalid, NotFound } from "../core/errors.ts";
import type { ServiceDeclaration } from "../core/service.ts";
import { type VolumeInfo, type VolumePublic, volumePublic } from "../volume/public.ts";

export class TestVolumes implements VolumePublic {
  readonly volumes = new Map<string, VolumeInfo>();
  /** What was asked of it, oldest first: `create ID`, `attach ID`, ... */
  readonly log: string[] = [];
  /** Called before anything is done; what it throws is the answer. */
  before: (what: string) => void = () => {};

  /** A volume that is available. */
  add(changes: Partial<VolumeInfo> = {}): string {
    const volume = this.#make(crypto.randomUUID(), changes);
    volume.status = "available";
    return volume.id;
  }

  show(context: RequestContext, id: string): VolumeInfo {
    const volume = this.volumes.get(id);
    if (!volume || (!context.isAdmin && volume.projectId !== context.projectId)) {
      throw new NotFound(`Volume ${id} could not be found.`);
    }
    return volume;
  }

  list(context: RequestContext): VolumeInfo[] {
    return [...this.volumes.values()].filter(({ projectId }) => projectId === context.projectId);
  }

  listSnapshots(): never[] {
    return [];
  }

  showSnapshot(_: RequestContext, id: string): never {
    throw new NotFound(`Snapshot ${id} could not be found.`);
  }

  create(context: RequestContext, wanted: Parameters<VolumePublic["create"]>[1]): VolumeInfo {
    const id = wanted.id ?? crypto.randomUUID();
    this.#note("create", id);
    const known = this.volumes.get(id);
    if (known) return known;
    const volume = this.#make(id, {
      sizeGb: wanted.sizeGb,
      name: wanted.name ?? null,
      projectId: context.projectId ?? "",
      bootable: wanted.imageId !== undefined,
      metadata: wanted.metadata ?? {},
    });
    setTimeout(() => {
      if (volume.status === "creating") volume.status = "available";
    }, 5);
    return volume;
  }

  delete(context: RequestContext, id: string): void {
    this.#note("delete", this.show(context, id).id);
    if (this.volumes.get(id)?.attachments.length) throw new Invalid("Invalid volume: it is attached");
    this.volumes.delete(id);
  }

  createSnapshot(): never {
    throw new Invalid("no snapshots here");
  }

  deleteSnapshot(): void {}

  createAttachment(context: RequestContext, id: string, instanceUuid: string): { attachmentId: string } {
    const volume = this.show(context, id);
    this.#note("attach", id);
    if (volume.status !== "available" && !(volume.multiattach && volume.status === "in-use")) {
      throw new Invalid(`Invalid volume: status is ${volume.status}`);
    }
    const attachmentId = crypto.randomUUID();
    volume.attachments.push({ attachmentId, instanceUuid, mountpoint: null });
    volume.status = "reserved";
    return { attachmentId };
  }

  async connectAttachment(
    _: RequestContext,
    attachmentId: string,
    connector: { host: string; mountpoint: string },
  ) {
    const { volume, attachment } = this.#of(attachmentId);
    this.#note("connect", volume.id);
    attachment.mountpoint = connector.mountpoint;
    volume.status = "attaching";
    return { kind: "none" as const, path: "", format: "raw" as const, readonly: false, serial: volume.id };
  }

  completeAttachment(_: RequestContext, attachmentId: string): void {
    this.#of(attachmentId).volume.status = "in-use";
  }

  async deleteAttachment(_: RequestContext, attachmentId: string): Promise<void> {
    for (const volume of this.volumes.values()) {
      const left = volume.attachments.filter((each) => each.attachmentId !== attachmentId);
      if (left.length === volume.attachments.length) continue;
      this.#note("detach", volume.id);
      volume.attachments = left;
      if (left.length === 0) volume.status = "available";
    }
  }

  beginDetaching(context: RequestContext, id: string): void {
    const volume = this.show(context, id);
    if (volume.status !== "in-use") throw new Invalid(`Invalid volume: status is ${volume.status}`);
    volume.status = "detaching";
  }

  rollDetaching(context: RequestContext, id: string): void {
    this.show(context, id).status = "in-use";
  }

  #note(what: string, id: string): void {
    this.before(`${what} ${id}`);
    this.log.push(`${what} ${id}`);
  }

  #of(attachmentId: string) {
    for (const volume of this.volumes.values()) {
      const attachment = volume.attachments.find((each) => each.attachmentId === attachmentId);
      if (attachment) return { volume, attachment };
    }
    throw new NotFound(`Attachment ${attachmentId} could not be found.`);
  }

  #make(id: string, changes: Partial<VolumeInfo>): VolumeInfo {
    const volume: VolumeInfo = {
      id,
      name: null,
      description: null,
      status: "creating",
      sizeGb: 1,
      bootable: false,
      multiattach: false,
      readonly: false,
      availabilityZone: "nova",
      projectId: "",
      volumeType: null,
      snapshotId: null,
      metadata: {},
      createdAtMs: Date.UTC(2013, 1, 27),
      imageMetadata: {},
      attachments: [],
      ...changes,
    };
    this.volumes.set(id, volume);
    return volume;
  }
}

/** The window `c-api` with these volumes. */
export function testVolumeService(volumes: TestVolumes): ServiceDeclaration {
  return {
    window: "c-api",
    program: "cinder-api",
    project: "cinder",
    summary: "",
    requires: [],
    sections: [],
    migrations: [],
    logFile: "cinder/cinder-api.log",
    create: (context) => {
      let withdraw: (() => void) | null = null;
      return {
        async start() {
          withdraw = context.peers.provide(volumePublic, volumes);
        },
        async stop() {
          withdraw?.();
        },
      };
    },
  };
}
