// The image service's schema, oldest first.

import type { Migration } from "../../db/migrate.ts";
import initial from "./0001-initial.sql" with { type: "text" };
import metadefs from "./0002-metadefs.sql" with { type: "text" };
import imageCache from "./0003-image-cache.sql" with { type: "text" };
import sortOrders from "./0004-sort-orders.sql" with { type: "text" };

export const migrations: readonly Migration[] = [
  { name: "image/0001-initial", sql: initial },
  { name: "image/0002-metadefs", sql: metadefs },
  { name: "image/0003-image-cache", sql: imageCache },
  { name: "image/0004-sort-orders", sql: sortOrders },
];
