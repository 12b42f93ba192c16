// SPDX-License-Identifier: Apache-2.0
package io.peerkit.storage.surreal.internal.session;

import java.util.Map;

/**
 * Statements with their parameters.
 *
 * @param statements SurrealQL
 * @param variables by name, without the dollar sign
 */
public record Query(String statements, Map<String, Object> variables) {}
