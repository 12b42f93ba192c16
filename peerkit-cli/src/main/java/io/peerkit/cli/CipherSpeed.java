// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The bound that the platform's cipher sets to a Noise stream. */
final class CipherSpeed {
    private static final int FRAME_BYTES = 65_519;
    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private CipherSpeed() {}

    static double megabytesPerSecond() {
        try {
            Cipher cipher = Cipher.getInstance("ChaCha20-Poly1305");
            SecretKeySpec key = new SecretKeySpec(new byte[32], "ChaCha20");
            byte[] frame = new byte[FRAME_BYTES];
            byte[] out = new byte[FRAME_BYTES + 16];
            byte[] nonce = new byte[12];
            long frames = 0;
            long begin = System.nanoTime();
            while (System.nanoTime() - begin < RUN_NANOS) {
                nonce[(int) (frames & 3)]++;
                nonce[4 + (int) (frames >>> 8 & 7)]++;
                cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(nonce));
                cipher.doFinal(frame, 0, frame.length, out, 0);
                frames++;
            }
            return frames * FRAME_BYTES / 1e6 / ((System.nanoTime() - begin) / 1e9);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 platform has ChaCha20-Poly1305", e);
        }
    }
}
