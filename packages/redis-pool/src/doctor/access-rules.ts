import type { Permission } from './facts.ts';
import { defineRule, type Rule } from './rule.ts';

function refusalOf(permission: Permission): string | undefined {
  return typeof permission === 'string' ? undefined : permission.refusal;
}

export const accessRules: readonly Rule[] = [
  defineRule({
    code: 'scripts-refused',
    question: 'scripts may be run',
    needs: ['scripts'],
    judge({ scripts }) {
      const refusal = refusalOf(scripts);
      if (refusal === undefined) return undefined;
      return {
        severity: 'error',
        message: `Scripts are refused, which limits, sessions and invalidations are made of: ${refusal}`,
        fix: 'ACL SETUSER <user> +eval +evalsha',
      };
    },
  }),
  defineRule({
    code: 'keys-refused',
    question: 'the keys of the namespace may be written',
    needs: ['keys'],
    judge({ keys }) {
      const refusal = refusalOf(keys);
      if (refusal === undefined) return undefined;
      return {
        severity: 'error',
        message: `The keys of the namespace may not be written: ${refusal}`,
        fix: 'ACL SETUSER <user> ~bw:1:<namespace>:* +@read +@write',
      };
    },
  }),
  defineRule({
    code: 'channels-refused',
    concerns: 'cache',
    question: 'invalidations may be published',
    needs: ['channels'],
    judge({ channels }) {
      const refusal = refusalOf(channels);
      if (refusal === undefined) return undefined;
      return {
        severity: 'error',
        message: `Invalidations do not reach the other instances, for their channel is refused: ${refusal}`,
        fix: 'ACL SETUSER <user> &bw:1:<namespace>:* +publish +subscribe',
      };
    },
  }),
  defineRule({
    code: 'cluster-without-cluster-client',
    question: 'Redis is a node of a Cluster',
    needs: ['isClusterNode', 'isClusterClient'],
    judge({ isClusterNode, isClusterClient }) {
      if (!isClusterNode || isClusterClient) return undefined;
      return {
        severity: 'error',
        message: 'This Redis is a node of a Cluster, and the pool knows only this node: other slots fail with MOVED.',
        fix: 'Give the pool the nodes of the Cluster instead of a URL.',
      };
    },
  }),
  defineRule({
    code: 'read-only-replica',
    question: 'Redis is a replica',
    needs: ['role', 'isClusterClient'],
    judge({ role, isClusterClient }) {
      // A Cluster's client finds the master of each key by itself.
      if (role === 'master' || isClusterClient) return undefined;
      return {
        severity: 'error',
        message: 'This Redis is a replica: every write fails with READONLY.',
        fix: 'Connect to the master, or by Sentinel, which knows where it is after a failover.',
      };
    },
  }),
];
