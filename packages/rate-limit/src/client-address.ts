import { isIPv4, isIPv6 } from 'node:net';

/**
 * The address a client is counted by: an IPv4 address as it is, also where it came mapped into IPv6 (RFC 4291
 * §2.5.5.2), and of an IPv6 address its /64, in which one machine may take any address it likes (RFC 8981).
 * Ports, brackets and zones are no part of it.
 *
 * @returns `undefined` for what is no address, so that nonsense cannot be varied for a bucket of its own each time.
 */
export function clientAddress(spelling: string | undefined): string | undefined {
  if (spelling === undefined) return undefined;
  if (isIPv4(spelling)) return spelling;
  const host = withoutPort(spelling.trim());
  if (isIPv4(host)) return host;
  const [address = ''] = host.split('%');
  return isIPv6(address) ? networkOf(groupsOf(address)) : undefined;
}

/** `[2001:db8::1]:443` and `192.0.2.1:443`; an IPv6 address out of brackets has no port. */
function withoutPort(spelling: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(spelling);
  if (bracketed) return bracketed[1] ?? '';
  const [host = '', port, ...rest] = spelling.split(':');
  return port !== undefined && rest.length === 0 ? host : spelling;
}

/** The eight groups of a valid IPv6 address, whichever way it is spelt. */
function groupsOf(address: string): number[] {
  const hexadecimal = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a, b, c, d] = bytes.map(Number) as [number, number, number, number];
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = [], tail] = hexadecimal
    .split('::')
    .map((side) => (side === '' ? [] : side.split(':').map((group) => Number.parseInt(group, 16))));
  if (tail === undefined) return head;
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

function networkOf(groups: readonly number[]): string {
  const [, , , , , marker = 0, high = 0, low = 0] = groups;
  const isMapped = marker === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  const prefix = groups.slice(0, 4).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}
