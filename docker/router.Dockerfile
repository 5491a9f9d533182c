# The router's image. Its context is the folder of packed tarballs, so that it holds exactly what is published:
#   npm run build && npm run tarballs && docker build -f docker/router.Dockerfile tarballs
FROM node:24-slim AS install
WORKDIR /app
COPY pulse-deploy-kit-*.tgz pulse-edge-*.tgz pulse-railway-[0-9]*.tgz /tarballs/
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund --no-package-lock /tarballs/*.tgz

FROM node:24-slim
ARG VERSION=unknown
LABEL org.opencontainers.image.title="pulse-railway-router" \
	org.opencontainers.image.description="Keeps every browser tab on the deployment that served it" \
	org.opencontainers.image.licenses="MIT" \
	org.opencontainers.image.version="$VERSION"
ENV NODE_ENV=production \
	PATH=/app/node_modules/.bin:$PATH
WORKDIR /app
COPY --from=install /app/node_modules ./node_modules
USER 1000:1000
EXPOSE 8000
# For engines that look; Railway asks /healthz itself.
HEALTHCHECK CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No shell between: SIGTERM must reach the router, which hands its sockets over.
CMD ["pulse-railway", "router"]
