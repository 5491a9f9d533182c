import type { Session } from '../../adapters/session.ts';
import { stackName } from '../../deployments/names.ts';
import { deploy } from '../deploy.ts';
import { doctor } from '../doctor.ts';
import { type Account, asked, DOMAIN, NAME, openAccount, reaperRan } from './account.ts';

export interface Stack {
	readonly account: Account;
	readonly session: Session;
	/** Of the active deployment. */
	readonly id: string;
	readonly world: Account['world'];
}

/**
 * A fault in the account, or in what the session meets, which must be found by these checks and no other:
 * `active fail, leftovers warn`.
 */
export type Fault = readonly [
	what: string,
	/** What it gives is met by `doctor` in place of what the session has. */
	plant: (stack: Stack) => unknown,
	found: string,
];

export async function healthyStack(): Promise<Stack> {
	const account = await openAccount();
	const { session } = account.connect();
	const { result } = await deploy(session, await asked());
	reaperRan(account);
	return { account, session, id: result?.deployment_id ?? '', world: account.world };
}

export const REQUEST = { deploymentName: NAME, domain: null, report: undefined };

/** What `doctor` says once the fault is there: the checks that found something, whether it is well, and what was told to do. */
export async function diagnosed(stack: Stack, plant: Fault[1]) {
	const faulty = (await plant(stack)) as Partial<Session> | undefined;
	const { ok, checks } = await doctor({ ...stack.session, ...faulty }, { ...REQUEST, domain: DOMAIN });
	const found = checks.filter(({ status }) => status === 'warn' || status === 'fail');
	return {
		ok,
		found: found.map(({ check, status }) => `${check} ${status}`).join(', '),
		next: found.map(({ next }) => next ?? ''),
	};
}

export const stackOf = ({ world }: Stack) => world.stacks.find(stackName(NAME))!;
export const listenerOf = ({ world }: Stack) =>
	[...world.elb.listeners.values()].find(({ protocol }) => protocol === 'HTTPS')!;
export const certificateOf = (stack: Stack) =>
	stack.world.certificates.all.get(listenerOf(stack).certificate?.CertificateArn ?? '')!;
export const answers = (part: 'sts' | 'elb', call: string, answer: () => Promise<object>) => (stack: Stack) => {
	const aws = stack.session.aws;
	return { aws: { ...aws, [part]: { ...aws[part], [call]: answer } } };
};
export const failing = (error: Error) => async () => {
	throw error;
};
export const put = ({ world }: Stack, Name: string, Value: string) =>
	world.aws.ssm.putParameter({ Name, Value, Type: 'String', Overwrite: true });
export const passing = async ({ account, world }: Stack, ms: number) => {
	await world.clock.sleep(ms);
	reaperRan(account);
};
