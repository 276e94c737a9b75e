// The parts of the image service, made and wired in one place.

import { cloudSection } from "../config/cloud.ts";
import type { Values } from "../config/keys.ts";
import type { ServiceContext } from "../core/service.ts";
import { Access } from "./access.ts";
import { ImageCache } from "./cache.ts";
import { imageSection, listOf } from "./config.ts";
import { ImageData } from "./data.ts";
import { ExternalAddresses } from "./external.ts";
import { HashWorker } from "./hashing/worker.ts";
import { Images } from "./images.ts";
import { IMPORT_METHODS } from "./import-request.ts";
import { Imports } from "./imports.ts";
import { LegacyImport } from "./legacy-import.ts";
import { LocationChanges } from "./locations.ts";
import { Members } from "./members.ts";
import { Metadefs } from "./metadefs/index.ts";
import { ImagePatch } from "./patch.ts";
import { ProjectLimits } from "./project-limits.ts";
import { PropertyProtections } from "./protections.ts";
import { Quota } from "./quota.ts";
import { Receiver } from "./receiver.ts";
import { Signatures } from "./signatures.ts";
import { ImageStore } from "./store.ts";
import { CacheStore } from "./store-cache.ts";
import { ImageLists } from "./store-list.ts";
import { MemberStore } from "./store-members.ts";
import { TaskStore } from "./store-tasks.ts";
import { Usage } from "./store-usage.ts";
import { FilesystemStore } from "./stores/filesystem.ts";
import { HttpStore } from "./stores/http.ts";
import { Stores } from "./stores/registry.ts";
import { SwiftStore } from "./stores/swift.ts";
import { Tasks } from "./tasks.ts";
import { CopyFrom } from "./v1/copy-from.ts";
import { LegacyImages } from "./v1/images.ts";
import { LegacyMembers } from "./v1/members.ts";

export interface Glance {
  store: ImageStore;
  access: Access;
  images: Images;
  projectLimits: ProjectLimits;
  patch: ImagePatch;
  data: ImageData;
  members: Members;
  imports: Imports;
  tasks: Tasks;
  legacyImport: LegacyImport;
  metadefs: Metadefs;
  stores: Stores;
  staging: FilesystemStore;
  cache: ImageCache;
  /** Version 1; null when it is not served. */
  legacy: { images: LegacyImages; members: LegacyMembers; copyFrom: CopyFrom } | null;
  /** Names of the import methods on offer. */
  importMethods: readonly string[];
  hashWorkers: readonly HashWorker[];
}

/** Makes the folders of the stores. @throws Error for settings that make no sense */
export function makeGlance(context: ServiceContext): Glance {
  const { clock, ids, log, bus, db, paths } = context;
  const config = context.config(imageSection);
  const store = new ImageStore(db);
  const memberStore = new MemberStore(db);
  const taskStore = new TaskStore(db);
  const access = new Access(store, memberStore);
  const quota = new Quota(config, store);
  const limits = new ProjectLimits({
    peers: context.peers,
    usage: new Usage(store),
    enabled: config.GLANCE_USE_KEYSTONE_LIMITS,
  });
  const external = externalAddresses(config);
  const backends = listOf(config.GLANCE_ENABLED_BACKENDS);
  // Version 1 always knew http locations (`known_stores`).
  if (config.GLANCE_V1 && !backends.some((entry) => entry.endsWith(":http"))) backends.push("http:http");
  const stores = new Stores({
    backends,
    defaultId: config.GLANCE_DEFAULT_BACKEND,
    paths,
    makeHttpStore: (id) => new HttpStore(id, external),
    makeSwiftStore: (id) =>
      new SwiftStore({
        id,
        peers: context.peers,
        log,
        external,
        container: config.GLANCE_SWIFT_STORE_CONTAINER,
        largeObjectBytes: config.GLANCE_SWIFT_STORE_LARGE_OBJECT_SIZE,
        chunkBytes: config.GLANCE_SWIFT_STORE_LARGE_OBJECT_CHUNK_SIZE,
        known: () => store.locationUrls(),
      }),
  });
  const staging = new FilesystemStore("os_glance_staging_store", paths.dir("staging"));
  const hashWorkers = [new HashWorker("md5", clock), new HashWorker("sha512", clock)] as const;
  const receiver = new Receiver({
    vmdkTypes: config.GLANCE_VMDK_ALLOWED_TYPES,
    strictFormats: config.GLANCE_REQUIRE_IMAGE_FORMAT_MATCH,
    hashWorkers,
    log,
  });
  const protections = PropertyProtections.load(
    config.GLANCE_PROPERTY_PROTECTION_FILE,
    config.GLANCE_PROPERTY_PROTECTION_RULE_FORMAT,
  );
  const cache = new ImageCache({
    rows: new CacheStore(db),
    files: new FilesystemStore("os_glance_cache", paths.dir("image-cache")),
    bus,
    clock,
    log,
    maxBytes: config.GLANCE_IMAGE_CACHE_MAX_SIZE,
  });
  const shared = { store, access, quota, limits, stores, staging, protections, cache, clock, ids, log };
  const signatures = new Signatures(config.GLANCE_SIGNATURE_CERTIFICATE_DIR);
  const data = new ImageData({ ...shared, receiver, signatures });
  const locations = new LocationChanges({ stores, quota, shown: config.GLANCE_SHOW_MULTIPLE_LOCATIONS });
  const lists = new ImageLists(store);
  const images = new Images({ ...shared, lists });
  return {
    store,
    access,
    stores,
    staging,
    cache,
    data,
    images,
    projectLimits: limits,
    legacy: config.GLANCE_V1
      ? {
          images: new LegacyImages({ ...shared, lists, images, data, external, bus }),
          members: new LegacyMembers({ ...shared, members: memberStore }),
          copyFrom: new CopyFrom({ ...shared, data, external, bus }),
        }
      : null,
    patch: new ImagePatch({ ...shared, locations }),
    metadefs: new Metadefs(db, clock),
    members: new Members({ ...shared, members: memberStore }),
    tasks: new Tasks({ ...shared, tasks: taskStore }),
    legacyImport: new LegacyImport({
      ...shared,
      tasks: taskStore,
      images,
      data,
      external,
      bus,
      taskHours: config.GLANCE_TASK_TIME_TO_LIVE,
    }),
    imports: new Imports({
      ...shared,
      tasks: taskStore,
      data,
      external,
      bus,
      regionName: context.config(cloudSection).REGION_NAME,
      taskHours: config.GLANCE_TASK_TIME_TO_LIVE,
    }),
    hashWorkers,
    importMethods: importMethods(config.GLANCE_ENABLED_IMPORT_METHODS),
  };
}

function externalAddresses(config: Values<typeof imageSection>): ExternalAddresses {
  return new ExternalAddresses({
    allowedSchemes: listOf(config.GLANCE_IMPORT_ALLOWED_SCHEMES),
    disallowedSchemes: listOf(config.GLANCE_IMPORT_DISALLOWED_SCHEMES),
    allowedHosts: listOf(config.GLANCE_IMPORT_ALLOWED_HOSTS),
    disallowedHosts: listOf(config.GLANCE_IMPORT_DISALLOWED_HOSTS),
    allowedPorts: listOf(config.GLANCE_IMPORT_ALLOWED_PORTS),
    disallowedPorts: listOf(config.GLANCE_IMPORT_DISALLOWED_PORTS),
  });
}

/** @throws Error for a method there is not */
function importMethods(text: string): readonly string[] {
  const methods = listOf(text);
  const unknown = methods.find((name) => !(IMPORT_METHODS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Error(
      `GLANCE_ENABLED_IMPORT_METHODS: there is no method ${unknown}; there are ${IMPORT_METHODS.join(", ")}`,
    );
  }
  return methods;
}
