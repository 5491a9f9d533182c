import { type Check, failed, failure, passed, skipped, warned } from 'pulse-deploy-kit/doctor/check';
import type { Diagnosis } from '../control/diagnose.ts';
import type { DoctorFacts } from './facts.ts';

const ASKED = ['router-version', 'store', 'store-memory', 'store-latency', 'private-dns'] as const;
/** Each write of a deploy and each look-up of an unknown deployment waits for the store. */
const SLOW_MS = 100;
const FULL = 0.8;

/** What the router says of itself, and of what it alone can see. */
export function judgeRouter({ observation, live, diagnosis, version }: DoctorFacts): readonly Check[] {
	if ('failure' in observation)
		return ['router', ...ASKED].map((check) => skipped(check, 'the project cannot be read'));
	if ('failure' in live)
		return [failure('router', live.failure), ...ASKED.map((check) => skipped(check, 'the router cannot be asked'))];
	const came = diagnosis !== null && 'value' in diagnosis ? diagnosis.value.came : undefined;
	const measured = came === undefined ? {} : { forwardedFor: came.forwardedFor, realIp: came.realIp };
	const answers = passed('router', 'answers signed requests', measured);
	if (diagnosis === null) {
		const found = 'the router is older than this command';
		const old = warned('router-version', found, 'Run pulse-railway upgrade.', { same: false });
		return [answers, old, ...ASKED.slice(1).map((check) => skipped(check, found))];
	}
	if ('failure' in diagnosis) return [answers, ...ASKED.map((check) => skipped(check, diagnosis.failure.text))];
	const told = diagnosis.value;
	return [
		answers,
		judgeVersion(told, version),
		judgeStore(told),
		judgeMemory(told),
		judgeLatency(told),
		judgeAddresses(told),
	];
}

function judgeVersion({ version: running }: Diagnosis, version: string): Check {
	if (running === null) return skipped('router-version', 'the router does not say');
	if (running === version) return passed('router-version', running, { same: true });
	const next = 'Run pulse-railway upgrade, or the version of this tool that the router has.';
	return warned('router-version', `the router is ${running}, and this tool ${version}`, next, { same: false });
}

function judgeStore({ store }: Diagnosis): Check {
	const { kind, version, replica, persistent } = store;
	const measured = { kind, version, replica, persistent };
	if (kind === 'memory')
		return failed(
			'store',
			'deployments are kept in the memory of the router',
			'Give the router a Redis: REDIS_URL.',
			measured,
		);
	if (kind === 'sqlite') return passed('store', 'SQLite beside the router', measured);
	if (replica === true)
		return failed(
			'store',
			'REDIS_URL leads to a replica, which takes no writes',
			'Give the address of its primary.',
			measured,
		);
	const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
	if (version !== null && (major < 6 || (major === 6 && minor < 2)))
		return failed('store', `Redis ${version}`, 'Redis 6.2 or newer is needed: update its image.', measured);
	return passed('store', `Redis${version === null ? '' : ` ${version}`}`, measured);
}

function judgeMemory({ store }: Diagnosis): Check {
	const { kind, memoryPolicy: policy, memoryLimit: limit, memoryUsed: used, evicted } = store;
	if (kind !== 'redis') return passed('store-memory', 'its keys are never evicted');
	const share = limit === null || used === null ? null : Math.round((used / limit) * 100) / 100;
	const measured = { policy, limited: limit !== null, share, evicted };
	const next = 'Set maxmemory-policy to noeviction, and give it memory enough: CONFIG SET maxmemory-policy noeviction.';
	if (evicted !== null && evicted > 0)
		return failed('store-memory', `Redis has evicted ${evicted} keys (${policy ?? 'policy unknown'})`, next, measured);
	if (policy !== null && policy !== 'noeviction' && limit !== null)
		return failed('store-memory', `Redis evicts keys when it is full (${policy})`, next, measured);
	if (share !== null && share >= FULL)
		return warned(
			'store-memory',
			`Redis is ${Math.round(share * 100)} % full, and refuses writes when it is`,
			'Give it more memory.',
			measured,
		);
	return passed('store-memory', limit === null ? 'without a limit' : `${policy ?? 'policy unknown'}`, measured);
}

function judgeLatency({ storeMs }: Diagnosis): Check {
	if (storeMs <= SLOW_MS) return passed('store-latency', `${storeMs} ms from the router`, { storeMs });
	const next = 'Put router and Redis into one region, and use the private address.';
	return warned('store-latency', `${storeMs} ms from the router`, next, { storeMs });
}

function judgeAddresses({ addresses }: Diagnosis): Check {
	const lost = Object.entries(addresses).flatMap(([name, count]) => (count === 0 ? [name] : []));
	const counts = Object.values(addresses);
	const measured = { names: counts.length, unresolved: lost.length, most: Math.max(0, ...counts) };
	if (counts.length === 0) return skipped('private-dns', 'no deployment serves yet');
	if (lost.length === 0) return passed('private-dns', 'the router finds every deployment', measured);
	const next = 'Is the service running, and in the same environment? pulse-railway status says which are reachable.';
	return failed('private-dns', `the router does not find ${lost.join(', ')}`, next, measured);
}
