// The middleware that come with the product, by the names of Swift's entry points.

import { accountQuotas } from "./middleware/account-quotas.ts";
import { authtoken } from "./middleware/authtoken.ts";
import { bulk } from "./middleware/bulk.ts";
import { cache } from "./middleware/cache.ts";
import { catchErrors } from "./middleware/catch-errors.ts";
import { containerQuotas } from "./middleware/container-quotas.ts";
import { containerSync } from "./middleware/container-sync.ts";
import { copy } from "./middleware/copy.ts";
import { crossdomain } from "./middleware/crossdomain.ts";
import { dlo } from "./middleware/dlo.ts";
import { domainRemap } from "./middleware/domain-remap.ts";
import { etagQuoter } from "./middleware/etag-quoter.ts";
import { formpost } from "./middleware/formpost.ts";
import { gatekeeper } from "./middleware/gatekeeper.ts";
import { healthcheck } from "./middleware/healthcheck.ts";
import { keystoneauth } from "./middleware/keystoneauth.ts";
import { listingFormats } from "./middleware/listing-formats.ts";
import { nameCheck } from "./middleware/name-check.ts";
import { proxyLogging } from "./middleware/proxy-logging.ts";
import { ratelimit } from "./middleware/ratelimit.ts";
import { readOnly } from "./middleware/read-only.ts";
import { s3api } from "./middleware/s3api.ts";
import { s3token } from "./middleware/s3token.ts";
import { slo } from "./middleware/slo.ts";
import { staticweb } from "./middleware/staticweb.ts";
import { symlink } from "./middleware/symlink.ts";
import { tempauth } from "./middleware/tempauth.ts";
import { tempurl } from "./middleware/tempurl.ts";
import { versionedWrites } from "./middleware/versioned-writes.ts";
import type { BuiltinFilter } from "./pipeline/contract.ts";

export const builtinFilters: readonly BuiltinFilter[] = [
  accountQuotas,
  authtoken,
  bulk,
  cache,
  catchErrors,
  containerQuotas,
  containerSync,
  copy,
  crossdomain,
  dlo,
  domainRemap,
  etagQuoter,
  formpost,
  gatekeeper,
  healthcheck,
  keystoneauth,
  listingFormats,
  nameCheck,
  proxyLogging,
  ratelimit,
  readOnly,
  s3api,
  s3token,
  slo,
  staticweb,
  symlink,
  tempauth,
  tempurl,
  versionedWrites,
];
