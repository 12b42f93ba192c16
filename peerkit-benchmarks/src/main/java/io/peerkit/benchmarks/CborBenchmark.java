// SPDX-License-Identifier: Apache-2.0
package io.peerkit.benchmarks;

import io.peerkit.cbor.Cbor;
import io.peerkit.cbor.CborLimits;
import io.peerkit.cbor.CborMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A map of the shape of an entry's header. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CborBenchmark {
    private static final CborLimits LIMITS = CborLimits.of(4_096);

    private final CborMap header = CborMap.builder()
            .put("n", new byte[32])
            .put("a", new byte[32])
            .put("b", new byte[32])
            .put("t", 0x0190_0000_0000_0001L)
            .put("e", 1)
            .put("k", 0)
            .put("z", 256)
            .build();
    private final byte[] encoded = Cbor.encode(header);

    /** Encoding. */
    @Benchmark
    public byte[] encode() {
        return Cbor.encode(header);
    }

    /** Strict decoding. */
    @Benchmark
    public CborMap decode() {
        return Cbor.decodeMap("header", encoded, LIMITS);
    }
}
