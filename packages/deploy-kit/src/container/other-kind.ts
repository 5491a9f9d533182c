import { DeployToolError } from '../errors.ts';

/** Which of the two kinds an app is, a Pulse app or a container app, and how that is known. */
export interface AppKind {
	/** With what was found of it, in one line; `null`: a Pulse app. */
	readonly container: { readonly says: string } | null;
	/** A user said it, or the app's own code does: it was not found by looking at what the folder holds. */
	readonly kindIsSaid: boolean;
}

/** Where visitors are. */
export interface ActiveKind {
	readonly id: string;
	/** Absent for a Pulse app. */
	readonly container?: object;
}

/**
 * What a folder holds is a guess, e.g. of a Pulse app whose code is in a package of its own: where visitors are on an app of the
 * other kind, it must be said. It is no question, because who deploys by `--yes` would not be asked.
 * @param elsewhere what else may be wrong, as a clause: `give another --deployment-name`
 * @throws DeployToolError `other-kind`
 */
export function refuseOtherKind(
	active: ActiveKind | null | undefined,
	{ container, kindIsSaid }: AppKind,
	elsewhere: string,
): void {
	if (kindIsSaid || active == null || (active.container === undefined) === (container === null)) return;
	const [stands, found, say] =
		container === null
			? ['a container app', 'a Pulse app', '--app-file <path>']
			: ['a Pulse app', 'a container app', '--container, or container = true in pulse.toml'];
	throw new DeployToolError(
		'other-kind',
		`${stands} is active (${active.id}), and this folder seems to hold ${found}`,
		{
			fault: 'user',
			detail:
				container === null ? 'Something in it mentions Pulse.' : `Nothing in it mentions Pulse. ${container.says}.`,
			next: `If it is meant, say so: ${say}. Else look at --context, or ${elsewhere}.`,
		},
	);
}
