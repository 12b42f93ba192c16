// SPDX-License-Identifier: Apache-2.0
/**
 * A local server in a process of its own, started, watched and stopped by us.
 *
 * <p>In its directory stand {@code data} (the server's), {@code credentials} (for its root user, readable by the owner alone), {@code
 * lock} (held while it is open) and {@code process} (who the server is, so that one that outlived us can be ended).
 */
package io.peerkit.storage.surreal.internal.launch;
