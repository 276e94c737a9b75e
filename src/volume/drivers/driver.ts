// The contract of volume drivers. A driver knows data, not the database: who may do what, states and quotas are decided
// before it is asked.
//
// Every method is idempotent: asked again after it was cut short, or after it was done, it completes what is missing and
// succeeds. What fails leaves nothing half-made. `signal` is aborted when the service is being stopped: long work ends
// with its reason and is asked for again later. `drivers/conformance.test.ts` holds every driver to this.

import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/log.ts";
import type { Machine } from "../../core/service.ts";
import type { ConnectionInfo } from "../public.ts";

/** How a driver keeps a volume's data: `qcow2`, `raw`, `lvm`, `lvm-thin`, `none`. Kept with the volume, given back. */
export type DataFormat = string;

export interface DriverVolume {
  /** Of the volume's data: another volume's id after a migration. */
  dataId: string;
  /** For the guest, and for the log. */
  id: string;
  sizeGb: number;
  /** As `formatFor` said; null for a volume another program made. */
  format: DataFormat | null;
  multiattach: boolean;
  /** Some server has it, running or not. */
  attached: boolean;
}

export interface DriverSnapshot {
  /** Of the snapshot's data: another's id when it was managed from existing storage. */
  dataId: string;
  id: string;
  volume: DriverVolume;
  sizeGb: number;
  format: DataFormat | null;
}

/** Data of an image, or of a volume of another back end. */
export interface DataSource {
  path: string;
  /** QEMU's name: `raw`, `qcow2`, `vmdk`, ... Told, never guessed. */
  format: string;
  /** False for what users uploaded: what it refers to is not followed. */
  trusted: boolean;
  /** For error texts. */
  imageId: string;
}

/** A raw copy to read from; it is removed by `dispose`. */
export interface RawData {
  path: string;
  sizeBytes: number;
  dispose(): Promise<void>;
}

export interface BackendStats {
  vendorName: string;
  driverVersion: string;
  /** `file`, `iSCSI`, ... */
  storageProtocol: string;
  totalCapacityGb: number;
  freeCapacityGb: number;
  thinProvisioning: boolean;
  thickProvisioning: boolean;
  multiattach: boolean;
  /** Attached volumes can grow. */
  onlineExtend: boolean;
}

/** Storage of this back end that could become, or is, a volume. */
export interface ManageableEntry {
  /** `{"source-name": "..."}` */
  reference: Record<string, string>;
  sizeGb: number;
  /** The volume's or snapshot's data id when the name is of our form, else null. */
  dataId: string | null;
}

export interface ManageableSnapshot extends ManageableEntry {
  /** The volume it is of: `{"source-name": "volume-..."}`. */
  sourceReference: Record<string, string>;
  dataId: string;
}

export interface VolumeDriver {
  readonly name: "file" | "lvm" | "fake";

  /** Ready for use. Removes what a crash left half-made. @throws BackendFailed */
  init(): Promise<void>;

  stats(): Promise<BackendStats>;

  /** How a new volume's data will be kept. Written down before the data is made. */
  formatFor(volume: Pick<DriverVolume, "multiattach">): DataFormat;

  /** An empty volume. */
  create(volume: DriverVolume): Promise<void>;
  /** A volume that begins with the source's content. @throws ImageUnacceptable */
  createFromData(volume: DriverVolume, source: DataSource, signal: AbortSignal): Promise<void>;
  createFromSnapshot(volume: DriverVolume, snapshot: DriverSnapshot, signal: AbortSignal): Promise<void>;
  /** @throws BackendFailed when the source is written to at the moment and cannot be copied consistently */
  createFromVolume(volume: DriverVolume, source: DriverVolume, signal: AbortSignal): Promise<void>;

  /** Nothing of it is left; what was made from it is unharmed. An unknown volume is no error. */
  delete(volume: DriverVolume): Promise<void>;

  /** The volume is that large; its content stays. A running guest learns of it from the compute service. */
  extend(volume: DriverVolume, sizeGb: number): Promise<void>;

  /** The content of this moment. @throws BackendFailed when that cannot be had while a guest writes */
  createSnapshot(snapshot: DriverSnapshot, signal: AbortSignal): Promise<void>;
  deleteSnapshot(snapshot: DriverSnapshot): Promise<void>;
  /** The volume's content is the snapshot's; the snapshot stays. The volume is detached. */
  revert(volume: DriverVolume, snapshot: DriverSnapshot, signal: AbortSignal): Promise<void>;

  /** The volume's content becomes the source's; the volume is detached. Before that it is the old one, completely. */
  overwrite(volume: DriverVolume, source: DataSource, signal: AbortSignal): Promise<void>;

  /** The data for hosts, as large as the volume says. */
  connect(volume: DriverVolume, readonly: boolean): Promise<ConnectionInfo>;
  /** No host needs it any more. */
  disconnect(volume: DriverVolume): Promise<void>;

  /** The data as QEMU's tools can read it; null where there is none. The volume is not written to meanwhile. */
  source(volume: DriverVolume): Promise<DataSource | null>;
  /** The data of a volume, or of a snapshot, as raw bytes; holes read as zeros. */
  rawData(from: DriverVolume | DriverSnapshot, signal: AbortSignal): Promise<RawData>;

  /** Can data kept like this serve a volume of that kind? If not, it has to be copied into what `formatFor` says. */
  accepts(format: DataFormat | null, volume: Pick<DriverVolume, "multiattach">): boolean;

  /** What exists on the back end, except half-made things. */
  manageableVolumes(): Promise<ManageableEntry[]>;
  manageableSnapshots(): Promise<ManageableSnapshot[]>;
  /**
   * Existing storage that could become a volume: its size in GB, rounded up, and its format, which is written down
   * before the storage is taken. @throws ManageInvalidReference
   */
  inspect(reference: unknown): Promise<{ sizeGb: number; format: DataFormat }>;
  /** It becomes the volume's data. */
  manage(volume: DriverVolume, reference: unknown): Promise<void>;
  /** The same for a snapshot, which keeps its name. */
  manageSnapshot(
    snapshot: DriverSnapshot,
    reference: unknown,
  ): Promise<{ sizeGb: number; format: DataFormat; dataId: string }>;
  /** The data stays where an administrator finds it, as one piece. */
  unmanage(volume: DriverVolume): Promise<void>;
  unmanageSnapshot(snapshot: DriverSnapshot): Promise<void>;
}

/** What a driver is made with. */
export interface DriverContext {
  /** `lvmdriver-1` of `lvm:lvmdriver-1`. */
  backendName: string;
  log: Logger;
  clock: Clock;
  machine: Machine;
  /** The folder of this back end's files. */
  dir: string;
  poolBytes: number;
  fileFormat: "auto" | "qcow2" | "raw";
  volumeGroup: string;
  lvmType: "auto" | "default" | "thin";
  volumeClear: "zero" | "none";
  /**
   * A flat copy of a volume a running server writes to, of one moment, in a file that is made. False when no server has it
   * open any more. @throws BackendFailed when it cannot be had
   */
  liveCopy(volume: DriverVolume, target: { path: string; format: DataFormat }): Promise<boolean>;
  /** How a volume's data is kept, by its data id; null when there is no such volume. From the database, never from the data. */
  formatOf(dataId: string): DataFormat | null;
}

export const GIB = 2 ** 30;
