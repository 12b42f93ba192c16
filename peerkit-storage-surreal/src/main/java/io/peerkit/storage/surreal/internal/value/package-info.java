// SPDX-License-Identifier: Apache-2.0
/**
 * SurrealDB's values as CBOR. A value is one of
 *
 * <ul>
 *   <li>{@code Boolean}, {@code Long}, {@code Double}, {@code String}, {@code byte[]},
 *   <li>{@code List<Object>}, {@code Map<String, Object>},
 *   <li>{@code BigDecimal}, {@code Instant}, {@code Duration}, {@code UUID},
 *   <li>{@link io.peerkit.storage.surreal.internal.value.Absent}, {@link io.peerkit.storage.surreal.internal.value.RecordId},
 *       {@link io.peerkit.storage.surreal.internal.value.Range}, {@link io.peerkit.storage.surreal.internal.value.Tagged}.
 * </ul>
 *
 * <p>Peerkit's own codec in {@code peerkit-cbor} is deterministic and knows no tags, so it cannot express these.
 */
package io.peerkit.storage.surreal.internal.value;
