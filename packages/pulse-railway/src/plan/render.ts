import type { Plan, Step } from './step.ts';

/** The plan as a person reads it before agreeing, and as `--dry-run` prints it. Variable names only, never values. */
export function renderPlan(plan: Plan): string {
	return [
		plan.title,
		...factsOf(plan).map((fact) => `  ${fact}`),
		...plan.warnings.map((warning) => `  Warning: ${warning}`),
		...(plan.steps.length === 0 ? ['  Nothing to do.'] : plan.steps.flatMap(stepLines)),
	].join('\n');
}

/** What a person agrees to: the same text means that nobody has to be asked again. */
export function agreedText({ sessions, ...plan }: Plan): string {
	const ending =
		sessions?.end !== true ? '' : sessions.count === null ? 'unknown' : sessions.count > 0 ? 'some' : 'none';
	return `${renderPlan(plan)}\n${ending}`;
}

/** The plan as `--dry-run --json` prints it. */
export function planJson(plan: Plan): unknown {
	return {
		title: plan.title,
		facts: factsOf(plan),
		warnings: plan.warnings,
		steps: plan.steps.map((step) => ({
			id: step.id,
			kind: step.kind,
			title: step.title,
			commit_point: step.commitPoint === true,
			undo: step.undo?.title ?? null,
			details: details(step),
		})),
	};
}

function factsOf({ facts, sessions }: Plan): readonly string[] {
	return sessions === undefined ? facts : [...facts, sessions.text];
}

function stepLines(step: Step, index: number): string[] {
	const mark = step.commitPoint === true ? '   (nothing is undone from here on)' : '';
	return [
		`  ${String(index + 1).padStart(2)}. ${step.title}${mark}`,
		...details(step).map((line) => `        ${line}`),
	];
}

function details(step: Step): string[] {
	switch (step.kind) {
		case 'create-service':
		case 'set-variables': {
			const names = Object.keys(step.variables).sort();
			return names.length === 0 ? [] : [`variables: ${names.join(' ')}`];
		}
		case 'configure':
			return step.services.flatMap(({ service, variables, settings = {} }) => [
				...Object.keys(variables)
					.sort()
					.map((name) => `${service}: variable ${name}`),
				...Object.entries(settings).map(([name, value]) => `${service}: ${name} ${value}`),
			]);
		case 'update-instance':
			return Object.entries(step.settings).map(([name, value]) => `${name}: ${value}`);
		case 'upload':
			return [`from ${step.source.context}, ${step.source.dockerfile}`];
		case 'build-image':
			return [`${step.image} from ${step.source.context}, ${step.source.dockerfile}`];
		default:
			return [];
	}
}
