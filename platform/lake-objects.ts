/** Where objects of the lake are read from: the bucket itself, or, outside of the Worker, the API that serves it. */
export interface LakeObjects {
  get(key: string): Promise<LakeObject | null>
}

export interface LakeObject {
  readonly etag: string
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
}
