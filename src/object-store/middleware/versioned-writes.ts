// versioned_writes: both ways of keeping old versions: the older one, where they go to another container the user sees
// (X-Versions-Location, X-History-Location), and object versioning, where they are hidden (X-Versions-Enabled).
// Authority: swift/common/middleware/versioned_writes/.

import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { isTrue } from "../wire.ts";
import { legacyVersions } from "./versions-legacy.ts";
import { objectVersioning } from "./versions-objects.ts";

export const versionedWrites: BuiltinFilter = {
  name: "versioned_writes",
  factory(next, conf, tools) {
    const legacy = isTrue(confText(conf, "allow_versioned_writes", "true"));
    const versioning = isTrue(confText(conf, "allow_object_versioning", "true"));
    if (legacy)
      tools.registerInfo("versioned_writes", {
        allowed_flags: ["x-versions-location", "x-history-location"],
      });
    if (versioning) tools.registerInfo("object_versioning", {});
    return legacyVersions(versioning ? objectVersioning(next, tools) : next, tools, legacy);
  },
};
