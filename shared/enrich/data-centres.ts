/**
 * Autonomous systems whose addresses belong to rented servers. People come through them too, by VPN or a company's
 * proxy; those that carry people on purpose (Cloudflare's and Apple's relays) are left out.
 */
export const DATA_CENTRES: ReadonlyMap<number, string> = new Map([
  [16509, 'Amazon'],
  [14618, 'Amazon'],
  [396982, 'Google Cloud'],
  [8075, 'Microsoft Azure'],
  [31898, 'Oracle Cloud'],
  [36351, 'IBM Cloud'],
  [45102, 'Alibaba Cloud'],
  [37963, 'Alibaba Cloud'],
  [132203, 'Tencent Cloud'],
  [45090, 'Tencent Cloud'],
  [136907, 'Huawei Cloud'],
  [55990, 'Huawei Cloud'],
  [16276, 'OVH'],
  [24940, 'Hetzner'],
  [213230, 'Hetzner'],
  [14061, 'DigitalOcean'],
  [63949, 'Linode'],
  [20473, 'Vultr'],
  [12876, 'Scaleway'],
  [51167, 'Contabo'],
  [60781, 'Leaseweb'],
  [28753, 'Leaseweb'],
  [30633, 'Leaseweb'],
  [197540, 'netcup'],
  [8560, 'IONOS'],
  [9009, 'M247'],
])
