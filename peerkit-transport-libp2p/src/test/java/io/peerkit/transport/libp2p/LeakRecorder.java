// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what Netty reports as lost; set by the build for all tests of this module. */
@SuppressWarnings("exports") // Netty makes it by reflection, so it is public; no user ever sees a test class
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
    private static final List<String> LEAKS = new CopyOnWriteArrayList<>();
    private static final int ROUNDS = 5;

    public LeakRecorder(Class<?> resource, int samplingInterval) {
        super(resource, samplingInterval);
    }

    /** Netty looks for this one first. */
    public LeakRecorder(Class<?> resource, int samplingInterval, long maxActive) {
        this(resource, samplingInterval);
    }

    @Override
    protected void reportTracedLeak(String resource, String records) {
        LEAKS.add(resource + records);
        super.reportTracedLeak(resource, records);
    }

    @Override
    protected void reportUntracedLeak(String resource) {
        LEAKS.add(resource);
        super.reportUntracedLeak(resource);
    }

    /** What was lost so far; leaks are found when the collector has run and another buffer is made. */
    public static List<String> leaks() {
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer(1).release();
        }
        return List.copyOf(LEAKS);
    }

    static boolean isInUse() {
        return LeakRecorder.class.getName().equals(System.getProperty("io.netty.customResourceLeakDetector"));
    }
}
