// SPDX-License-Identifier: Apache-2.0
package org.purespark.jobs;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks code that needs a supported part of the JDK which is not in Java's specification; the lint accepts it. */
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.TYPE})
@interface JdkSpecific {}
