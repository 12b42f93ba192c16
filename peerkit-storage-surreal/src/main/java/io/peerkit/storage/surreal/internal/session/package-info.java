// SPDX-License-Identifier: Apache-2.0
/**
 * A session with a server over several sockets that outlives each of them.
 *
 * <p>{@link io.peerkit.storage.surreal.internal.session.SessionMachine} decides, {@link
 * io.peerkit.storage.surreal.internal.session.WebSocketSession} does. The store sees {@link
 * io.peerkit.storage.surreal.internal.session.SurrealSession} only.
 */
package io.peerkit.storage.surreal.internal.session;
