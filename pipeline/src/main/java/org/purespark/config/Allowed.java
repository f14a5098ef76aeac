// SPDX-License-Identifier: Apache-2.0
package org.purespark.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The interval that a numeric setting must lie in, such as {@code "(0, 1]"}; without it every value of the type is
 * allowed.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
@interface Allowed {
    /** As {@link Interval#parse(String)} reads it. */
    String value();
}
