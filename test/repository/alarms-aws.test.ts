import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reaperMetrics } from '../../packages/pulse-aws/src/reaper/metrics.ts';
import { metricLines } from '../../packages/pulse-aws/src/task/metrics.ts';
import { ROOT } from './source-files.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Template {
	readonly Resources: Readonly<
		Record<string, { Properties: { Namespace?: string; MetricName?: string; AlarmDescription: string } }>
	>;
}

test('each alarm goes by a metric that is told, and names the command to run next (A17.1)', () => {
	const figures = { requests: 1, inFlight: 0, sockets: 0, residentBytes: 1, failures: { unreachable: 1 } };
	const nothing = { requests: 0, inFlight: 0, sockets: 0, residentBytes: 0 };
	const place = { deploymentName: 'prod', deploymentId: 'prod-1' };
	const report = { actions: [], refused: null } as unknown as Parameters<typeof reaperMetrics>[1];
	const told = [...metricLines(place, nothing, figures, 0), reaperMetrics('prod', report, 0)];
	const names = new Set(told.flatMap((line) => Object.keys(line)));
	const { Resources } = JSON.parse(read('docs/alerts-aws.json')) as Template;
	const alarms = Object.values(Resources).map(({ Properties }) => Properties);
	const own = alarms.flatMap(({ Namespace, MetricName }) => (Namespace === 'Pulse' ? [MetricName ?? ''] : []));
	expect(own.length).toBeGreaterThan(3);
	expect(own.filter((name) => !names.has(name))).toEqual([]);
	expect(alarms.filter(({ AlarmDescription }) => !/pulse-aws|its log|schedule/.test(AlarmDescription))).toEqual([]);
});

test('the metrics of tasks have the names of the router’s on Railway (A17.1)', () => {
	const router = read('packages/pulse-railway/src/router/metrics.ts');
	const own = read('packages/pulse-aws/src/task/metrics.ts').match(/pulse_router_\w+/g) ?? [];
	expect(new Set(own).size).toBe(7);
	expect([...new Set(own)].filter((name) => !router.includes(`'${name}'`))).toEqual([]);
});
