// The guest image that scripts/build-guest makes: one bootable disk, and the same as kernel, ramdisk and root file system
// under the names DevStack gives such a triple.

import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readFileInChunks } from "./chunks.ts";
import type { InitialImage, Registrar } from "./registrar.ts";

interface ManifestFile {
  file: string;
  disk_format: string;
  container_format: string;
  size: number;
  md5: string;
  /** MB */
  min_ram?: number;
  /** GB */
  min_disk?: number;
}

interface Manifest {
  name: string;
  version: string;
  files: ManifestFile[];
}

const MANIFEST = "manifest.json";

/** The first of the usual folders that has a guest; null when none has. @param setting GUEST_IMAGE_DIR */
export function findGuestFolder(setting: string, stateFolder: string): string | null {
  if (setting !== "") return existsSync(join(setting, MANIFEST)) ? setting : null;
  const program = programFolder();
  const usual = [...(program === null ? [] : [join(program, "build", "guest")]), join(stateFolder, "guest")];
  return usual.find((folder) => existsSync(join(folder, MANIFEST))) ?? null;
}

/** Where the compiled program lies, or the sources it is run from; null when something else runs us (tests). */
function programFolder(): string | null {
  if (basename(process.execPath).replace(/-debug$/, "") !== "bun") return dirname(process.execPath);
  return Bun.main.endsWith(join("src", "main.ts")) ? dirname(dirname(Bun.main)) : null;
}

/** @throws Error when the manifest or a file cannot be read */
export async function registerGuest(folder: string, registrar: Registrar): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(folder, MANIFEST), "utf8")) as Manifest;
  const one = async (format: string, name: string, properties: Record<string, string> = {}) => {
    const file = manifest.files.find((entry) => entry.disk_format === format);
    return file ? registrar.register(imageOf(folder, file, name, properties)) : null;
  };
  await one("qcow2", manifest.name);
  const kernel = await one("aki", `${manifest.name}-uec-kernel`);
  const ramdisk = await one("ari", `${manifest.name}-uec-ramdisk`);
  if (kernel === null) return;
  await one("ami", `${manifest.name}-uec`, {
    kernel_id: kernel,
    ...(ramdisk === null ? {} : { ramdisk_id: ramdisk }),
  });
}

function imageOf(
  folder: string,
  file: ManifestFile,
  name: string,
  properties: Record<string, string>,
): InitialImage {
  const path = join(folder, basename(file.file));
  return {
    source: `${name} ${file.md5}`,
    name,
    diskFormat: file.disk_format,
    containerFormat: file.container_format,
    minRamMb: file.min_ram ?? 0,
    minDiskGb: file.min_disk ?? 0,
    properties,
    sizeBytes: file.size,
    md5: file.md5,
    data: () => readFileInChunks(path),
  };
}
