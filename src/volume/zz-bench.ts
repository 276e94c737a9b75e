import { volumeCloud } from "./testing.ts";
const c = await volumeCloud({ settings: { CINDER_QUOTA_VOLUMES: "-1", CINDER_QUOTA_GIGABYTES: "-1", DEBUG: "False" } });
const N = 300;
let t = performance.now();
for (let i = 0; i < N; i++) await c.admin.post("/v3/volumes", { volume: { size: 1 } });
console.log("create ms each", (performance.now() - t) / N);
t = performance.now();
await c.until("all", async () => (c.sql("cinder", "SELECT count(*) n FROM volumes WHERE status='available'")[0] as any).n === N);
console.log("until available", performance.now() - t);
if (!process.env.ALL) { await c[Symbol.asyncDispose](); process.exit(0); }
for (const [name, path] of [["list", "/v3/volumes?limit=50"], ["detail50", "/v3/volumes/detail?limit=50"], ["limits", "/v3/limits"], ["types", "/v3/types"]] as const) {
  t = performance.now(); for (let i = 0; i < 200; i++) await c.admin.get(path); console.log(name, (performance.now() - t) / 200, "ms");
}
const ids = (c.sql("cinder", "SELECT id FROM volumes") as any[]).map((r) => r.id);
t = performance.now(); for (const id of ids) await c.admin.get(`/v3/volumes/${id}`); console.log("show", (performance.now() - t) / N);
t = performance.now(); for (const id of ids) await c.admin.delete(`/v3/volumes/${id}`); console.log("delete", (performance.now() - t) / N);
await c[Symbol.asyncDispose]();
