import { rememberedPlace, writeRemembered } from 'pulse-deploy-kit/remembered';
import { type RememberedTarget, rememberedIn, rememberedName } from '../config/remembered.ts';
import type { Session } from './session.ts';

/**
 * Remembers what was made for the app of this folder, unless another one is: which of two is meant is the user's word, not the
 * last command's. That it cannot be written is told, and fails nothing: the stack stands.
 */
export async function rememberTarget(
	{ env, host }: Pick<Session, 'env' | 'host'>,
	folder: string,
	made: Omit<RememberedTarget, 'place'>,
): Promise<void> {
	const name = rememberedName(env);
	const place = rememberedPlace(name);
	try {
		const before = await rememberedIn(folder, env);
		if (before === undefined) {
			await writeRemembered(folder, name, { project: made.project, environment: made.environment });
			const commit = name === 'railway.json' ? `; commit it (no secret), and nobody has to name them` : '';
			host.notify({ level: 'info', text: `Remembered in ${place}: ${textOf(made)}${commit}` });
		} else if (before.environment.id !== made.environment.id) {
			host.notify({
				level: 'warning',
				text: `${place} goes on remembering ${textOf(before)}: name this one by --project-id ${made.project.id} --environment-id ${made.environment.id}`,
			});
		}
	} catch (error) {
		const why = error instanceof Error ? error.message : String(error);
		host.notify({ level: 'warning', text: `${place} was not written: ${why}` });
	}
}

export function textOf({ project, environment }: Omit<RememberedTarget, 'place'>): string {
	return `project ${project.name}, environment ${environment.name}`;
}
