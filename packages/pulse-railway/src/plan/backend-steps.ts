import { type BackendInput, backendVariables, buildArguments } from './backend-service.ts';
import type { SourceTree, Step } from './step.ts';

export function createService(service: string, backend: BackendInput): Step {
	return {
		kind: 'create-service',
		id: 'create',
		title: `Create service ${service}`,
		service,
		variables: backendVariables(backend),
		undo: {
			kind: 'delete-services',
			id: 'undo-create',
			title: `Delete service ${service}`,
			services: [service],
			own: true,
			deployment: backend.deploymentId,
		},
	};
}

export function group(router: string, service: string): Step {
	return {
		kind: 'group',
		id: 'group',
		title: `Place ${service} beside ${router}`,
		like: router,
		services: [service],
		optional: true,
	};
}

export function buildImage(image: string, source: SourceTree, backend: BackendInput): Step {
	return {
		kind: 'build-image',
		id: 'build',
		title: `Build and push ${image}`,
		image,
		source,
		buildArgs: buildArguments(backend),
	};
}

export function upload(service: string, source: SourceTree): Step {
	return { kind: 'upload', id: 'upload', title: 'Upload the source', service, source };
}

export function deployImage(service: string): Step {
	return { kind: 'deploy', id: 'deploy', title: `Start ${service}`, services: [service] };
}
