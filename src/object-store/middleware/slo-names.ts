// What the parts of `slo` share: its settings, and the headers that make an object a static large one.

export interface SloSettings {
  maxSegments: number;
  maxManifestSize: number;
  yieldFrequency: number;
  allowAsyncDelete: boolean;
}

export const SLO_ETAG = "x-object-sysmeta-slo-etag";
export const SLO_SIZE = "x-object-sysmeta-slo-size";
export const SLO_MARK = "x-static-large-object";
