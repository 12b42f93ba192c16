// SPDX-License-Identifier: Apache-2.0
/**
 * JMH benchmarks of single parts. After {@code mvn package}: {@code java -cp 'peerkit-benchmarks/target/*:peerkit-benchmarks/target/lib/*'
 * org.openjdk.jmh.Main Cbor}.
 */
@NullMarked
package io.peerkit.benchmarks;

import org.jspecify.annotations.NullMarked;
