import { rememberedPlace, writeRemembered } from 'pulse-deploy-kit/remembered';
import { withinBudget } from 'pulse-deploy-kit/within-budget';
import { forget, placeText, type RememberedPlace, rememberedIn, rememberedName } from '../config/remembered.ts';
import type { Session } from './session.ts';

/** Beside which app, and by which shell. */
export interface Beside {
	readonly folder: string;
	readonly env: Readonly<Record<string, string | undefined>>;
}

type Made = Omit<RememberedPlace, 'account' | 'region' | 'place'>;

/**
 * Remembers where the app of this folder was deployed, unless another place is: which of two is meant is the user's word, not the
 * last command's. Its domain is the one that it was last deployed with. That it cannot be written is told, and fails nothing.
 */
export async function rememberPlace(session: Session, { folder, env }: Beside, made: Made): Promise<void> {
	const name = rememberedName(env);
	const place = rememberedPlace(name);
	const tell = (level: 'info' | 'warning', text: string) => session.host.notify({ level, text });
	try {
		const before = await rememberedIn(folder, env);
		const now = { ...made, ...(await whereOf(session)) };
		if (before !== undefined && !isSame(before, now))
			return tell('info', `${place} goes on remembering ${placeText(before)}: name this one by --deployment-name`);
		if (before !== undefined && before.domain === now.domain) return;
		const { account, region, deploymentName: deployment_name, domain } = now;
		await writeRemembered(folder, name, { account, region, deployment_name, domain });
		const commit = name === 'aws.json' ? '; commit it (no secret), and nobody has to name it' : '';
		tell('info', `Remembered in ${place}: ${placeText(now)}, ${domain}${commit}`);
	} catch (error) {
		tell('warning', `${place} was not written: ${error instanceof Error ? error.message : String(error)}`);
	}
}

/** Of a deployment that was torn down; what is of another stays. */
export async function forgetPlace(session: Session, { folder, env }: Beside, deploymentName: string): Promise<void> {
	const place = rememberedPlace(rememberedName(env));
	try {
		const before = await rememberedIn(folder, env);
		if (before === undefined || !isSame(before, { deploymentName, ...(await whereOf(session)) })) return;
		await forget(folder, env);
		session.host.notify({ level: 'info', text: `Deleted ${place}, which remembered it` });
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		session.host.notify({ level: 'warning', text: `${place} was not deleted: ${why}` });
	}
}

/** The command has done its work. */
const BUDGET_MS = 5_000;

async function whereOf({ aws, clock }: Session) {
	const { Account: account = '' } = await withinBudget(clock, BUDGET_MS, (abortSignal) =>
		aws.sts.getCallerIdentity({}, { abortSignal }),
	);
	return { account, region: aws.region };
}

type Where = Pick<RememberedPlace, 'account' | 'region' | 'deploymentName'>;

function isSame(one: Where, other: Where): boolean {
	return one.account === other.account && one.region === other.region && one.deploymentName === other.deploymentName;
}
